using System.Collections.Immutable;
using System.Numerics.Tensors;

namespace OrleansSeg.Model.Evaluation;

/// <summary>Corrects class probabilities for how often classes occur by now, and for over-confidence: a temperature, and one bias for each class.</summary>
/// <remarks>
/// Guo et al. 2017, arXiv:1706.04599, vector scaling with one shared scale; differs by a small penalty on the biases, which keeps a class
/// that validation lacks within reach. One procedure for our model and every fitted baseline: what a shop's customers do drifts, and
/// validation is the latest that is known of it.
/// </remarks>
/// <param name="Temperature">Divides the logits; 1 for none.</param>
/// <param name="Biases">(S) added to the logits after that; 0 for none.</param>
public sealed record Recalibration(double Temperature, ImmutableArray<double> Biases)
{
    /// <summary>Weight of the squared biases.</summary>
    internal const double Penalty = 0.02;

    /// <summary>Lowest temperature.</summary>
    internal const double TemperatureMin = 0.25;

    /// <summary>Highest temperature.</summary>
    internal const double TemperatureMax = 4;

    private const int RoundCountMax = 12;
    private const double LogTemperatureTolerance = 5e-3;
    private const int BiasStepCount = 60;

    /// <summary>Fits on logits, or on logarithms of probabilities, which are logits too.</summary>
    /// <param name="logits">N rows of (S) logits; very negative for what is impossible.</param>
    /// <param name="labels">(N) true classes.</param>
    public static Recalibration Fit(IReadOnlyList<float[]> logits, IReadOnlyList<int> labels)
    {
        ArgumentNullException.ThrowIfNull(logits);
        ArgumentNullException.ThrowIfNull(labels);
        var biases = new double[logits[0].Length];
        var temperature = 1.0;
        for (var (round, before) = (0, 0.0); round < RoundCountMax && Math.Abs(temperature - before) > 1e-2 * temperature; round++)
        {
            before = temperature;
            FitBiases(logits, labels, temperature, biases);
            temperature = Math.Exp(GoldenSection.Minimize(
                candidate => Loss(logits, labels, Math.Exp(candidate), biases), Math.Log(TemperatureMin), Math.Log(TemperatureMax), LogTemperatureTolerance));
        }

        return new Recalibration(temperature, [.. biases]);
    }

    /// <summary>(S) probabilities of one row of logits.</summary>
    public float[] Apply(ReadOnlySpan<float> logits)
    {
        var shares = new double[logits.Length];
        Probabilities(logits, Temperature, Biases.AsSpan(), shares);
        return Array.ConvertAll(shares, share => (float)share);
    }

    /// <summary>Mean log loss over rows, in nats.</summary>
    public double LogLoss(IReadOnlyList<float[]> logits, IReadOnlyList<int> labels) => Loss(logits, labels, Temperature, [.. Biases]);

    private static void FitBiases(IReadOnlyList<float[]> logits, IReadOnlyList<int> labels, double temperature, double[] biases)
    {
        var (gradient, curvature, shares, changes) = (new double[biases.Length], new double[biases.Length], new double[biases.Length], new double[biases.Length]);
        var best = double.PositiveInfinity;
        for (var step = 0; step < BiasStepCount; step++)
        {
            Array.Clear(gradient);
            Array.Clear(curvature);
            var loss = 0.5 * Penalty * logits.Count * biases.Sum(bias => bias * bias);
            for (var row = 0; row < logits.Count; row++)
            {
                Probabilities(logits[row], temperature, biases, shares);
                loss -= Math.Log(Math.Max(shares[labels[row]], double.Epsilon));
                for (var label = 0; label < biases.Length; label++)
                {
                    gradient[label] += shares[label] - (label == labels[row] ? 1 : 0);
                    curvature[label] += shares[label] * (1 - shares[label]);
                }
            }

            if (loss > best)
            {
                // Where all is nearly certain and wrong there is hardly a curvature, and the step was too long: half of it is taken back.
                for (var label = 0; label < biases.Length; label++)
                {
                    changes[label] /= 2;
                    biases[label] += changes[label];
                }

                continue;
            }

            best = loss;

            // Newton's step on the diagonal, halved so that classes that trade with each other do not overshoot.
            var largest = 0.0;
            for (var label = 0; label < biases.Length; label++)
            {
                changes[label] = 0.5 * ((gradient[label] / logits.Count) + (Penalty * biases[label])) / ((curvature[label] / logits.Count) + Penalty);
                biases[label] -= changes[label];
                largest = Math.Max(largest, Math.Abs(changes[label]));
            }

            if (largest < 1e-3)
            {
                break;
            }
        }
    }

    private static double Loss(IReadOnlyList<float[]> logits, IReadOnlyList<int> labels, double temperature, ReadOnlySpan<double> biases)
    {
        var shares = new double[biases.Length];
        var sum = 0.0;
        for (var row = 0; row < logits.Count; row++)
        {
            Probabilities(logits[row], temperature, biases, shares);
            sum -= Math.Log(Math.Max(shares[labels[row]], 1e-12));
        }

        return sum / logits.Count;
    }

    private static void Probabilities(ReadOnlySpan<float> logits, double temperature, ReadOnlySpan<double> biases, Span<double> shares)
    {
        for (var label = 0; label < shares.Length; label++)
        {
            shares[label] = (logits[label] / temperature) + biases[label];
        }

        TensorPrimitives.SoftMax(shares, shares);
    }
}
