using OrleansSeg.Model.Evaluation;

namespace OrleansSeg.Model.Federation.Training;

/// <summary>Loss, gradient and curvature of a recalibration on one trainer's validation: what a Newton step needs, summed over trainers.</summary>
/// <remarks>Parameters are the inverse temperature and the (S) biases. Sums are taken in ordinal order of trainer ids, so they are the same every time.</remarks>
/// <param name="Count">Examples.</param>
/// <param name="Loss">Summed log loss in nats.</param>
/// <param name="Gradient">(S + 1) of the summed loss.</param>
/// <param name="Curvature">((S + 1) · (S + 1)) of the summed loss.</param>
public sealed record RecalibrationSums(long Count, double Loss, double[] Gradient, double[] Curvature)
{
    private const double Penalty = Recalibration.Penalty;

    /// <summary>The sums on some logits.</summary>
    internal static RecalibrationSums Of(Recalibration at, IEnumerable<(float[] Logits, int Label)> rows)
    {
        var size = at.Biases.Length + 1;
        var (count, loss, gradient, curvature) = (0L, 0.0, new double[size], new double[size * size]);
        var slopes = new double[size];
        foreach (var (logits, label) in rows)
        {
            var shares = at.Apply(logits);
            count++;
            loss -= Math.Log(Math.Max(shares[label], 1e-12));
            if (logits[label] < ImpossibleBelow)
            {
                // The rule called this label impossible and it happened: no temperature mends that.
                continue;
            }

            // Of log odds z and shares p: the loss falls with z of the truth and rises with the mean of z under p.
            var mean = Enumerable.Range(0, size - 1).Sum(k => shares[k] > 0 ? (double)shares[k] * logits[k] : 0);
            gradient[0] += mean - logits[label];
            for (var k = 0; k < size - 1; k++)
            {
                gradient[k + 1] += shares[k] - (k == label ? 1 : 0);
                if (shares[k] == 0)
                {
                    continue;
                }

                // The curvature is the covariance, under p, of what each parameter adds to the log odds.
                Array.Clear(slopes);
                slopes[0] = logits[k] - mean;
                for (var j = 0; j < size - 1; j++)
                {
                    slopes[j + 1] = (j == k ? 1 : 0) - shares[j];
                }

                for (var one = 0; one < size; one++)
                {
                    for (var other = 0; other < size; other++)
                    {
                        curvature[(one * size) + other] += shares[k] * slopes[one] * slopes[other];
                    }
                }
            }
        }

        return new RecalibrationSums(count, loss, gradient, curvature);
    }

    /// <summary>The sum of several, in the order given.</summary>
    public static RecalibrationSums Sum(IReadOnlyList<RecalibrationSums> parts)
    {
        ArgumentNullException.ThrowIfNull(parts);
        return parts.Aggregate((one, other) => new RecalibrationSums(
            one.Count + other.Count,
            one.Loss + other.Loss,
            [.. one.Gradient.Zip(other.Gradient, (x, y) => x + y)],
            [.. one.Curvature.Zip(other.Curvature, (x, y) => x + y)]));
    }

    /// <summary>Mean loss with the penalty on biases: what a step must lower.</summary>
    internal double Objective(Recalibration at) => Count == 0 ? 0 : (Loss / Count) + (Penalty / 2 * at.Biases.Sum(bias => bias * bias));

    /// <summary>The recalibration after one Newton step, within the bounds of temperatures.</summary>
    internal Recalibration Step(Recalibration at)
    {
        if (Count == 0)
        {
            return at;
        }

        var size = at.Biases.Length + 1;
        var (matrix, right) = (new double[size, size], new double[size]);
        for (var one = 0; one < size; one++)
        {
            right[one] = (Gradient[one] / Count) + (one > 0 ? Penalty * at.Biases[one - 1] : 0);
            for (var other = 0; other < size; other++)
            {
                matrix[one, other] = (Curvature[(one * size) + other] / Count) + (one == other ? (one > 0 ? Penalty : 1e-6) : 0);
            }
        }

        var step = LinearSystem.Solve(matrix, right);
        var scale = Math.Clamp((1 / at.Temperature) - step[0], 1 / Recalibration.TemperatureMax, 1 / Recalibration.TemperatureMin);
        return new Recalibration(1 / scale, [.. at.Biases.Select((bias, k) => bias - step[k + 1])]);
    }

    private const float ImpossibleBelow = -1e6f;
}
