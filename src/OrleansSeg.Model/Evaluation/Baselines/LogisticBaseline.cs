using OrleansSeg.Model.Features;
using OrleansSeg.Model.Segments;
using OrleansSeg.Model.Training;

namespace OrleansSeg.Model.Evaluation.Baselines;

/// <summary>Multinomial logistic regression on the aggregates; the penalty is chosen by log loss on validation.</summary>
public sealed class LogisticBaseline : IForecasterTrainer
{
    private const int IterationsMax = 150;
    private static readonly double[] Penalties = [1e-4, 1e-3, 1e-2];

    /// <inheritdoc />
    public string Name => "logistic";

    /// <inheritdoc />
    public string Engine => "softmax regression, L-BFGS";

    /// <inheritdoc />
    public IForecaster Fit(
        ExampleSet train, ExampleSet validation, int seed, IProgress<TrainingProgress>? progress, CancellationToken cancellationToken)
    {
        var normalizer = FeatureNormalizer.Fit([.. train.Examples.Select(example => example.Input.Aggregates)]);
        var rows = Normalize(normalizer, train.Examples.Select(example => example.Input));
        var held = Normalize(normalizer, validation.Examples.Select(example => example.Input));
        int[] labels = [.. train.Examples.Select(example => example.Label)];
        SoftmaxRegression? best = null;
        var bestLoss = double.PositiveInfinity;
        for (var trial = 0; trial < Penalties.Length; trial++)
        {
            var candidate = SoftmaxRegression.Fit(rows, labels, train.Scheme.Count, Penalties[trial], IterationsMax, cancellationToken);
            var loss = held.Zip(validation.Examples).Average(pair => -Math.Log(Math.Max(candidate.Predict(pair.First)[pair.Second.Label], 1e-7f)));
            progress?.Report(new TrainingProgress(Name, trial + 1, Penalties.Length, double.NaN, loss));
            if (loss < bestLoss)
            {
                (best, bestLoss) = (candidate, loss);
            }
        }

        return new Fitted(train.Scheme, normalizer, best!, SpendByLabel.Of(train));
    }

    private static List<float[]> Normalize(FeatureNormalizer normalizer, IEnumerable<CustomerInput> inputs)
    {
        var rows = new List<float[]>();
        foreach (var input in inputs)
        {
            var row = new float[normalizer.Width];
            normalizer.Apply(input.Aggregates, row);
            rows.Add(row);
        }

        return rows;
    }

    private sealed class Fitted(SegmentScheme scheme, FeatureNormalizer normalizer, SoftmaxRegression regression, float[] spends) : IForecaster
    {
        public IReadOnlyList<Forecast> Forecast(IReadOnlyList<CustomerInput> inputs)
        {
            var row = new float[normalizer.Width];
            var forecasts = new List<Forecast>(inputs.Count);
            foreach (var input in inputs)
            {
                normalizer.Apply(input.Aggregates, row);
                var probabilities = regression.Predict(row);
                forecasts.Add(new Forecast(probabilities, LabelFrequencies.Churn(scheme, probabilities), SpendByLabel.Expect(probabilities, spends)));
            }

            return forecasts;
        }

        public void Dispose()
        {
        }
    }
}
