using OrleansSeg.Model.Features;
using OrleansSeg.Model.Segments;
using OrleansSeg.Model.Training;

namespace OrleansSeg.Model.Evaluation.Baselines;

/// <summary>Multinomial logistic regression on the aggregates; the penalty is chosen by log loss on validation, once recalibrated.</summary>
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
        int[] labels = [.. train.Examples.Select(example => example.Label)];
        Recalibrated? best = null;
        for (var trial = 0; trial < Penalties.Length; trial++)
        {
            var regression = SoftmaxRegression.Fit(rows, labels, train.Scheme.Count, Penalties[trial], IterationsMax, cancellationToken);
            var candidate = new Recalibrated(new Fitted(normalizer, regression), train, validation);
            progress?.Report(new TrainingProgress(Name, trial + 1, Penalties.Length, double.NaN, candidate.ValidationLoss));
            best = best is null || candidate.ValidationLoss < best.ValidationLoss ? candidate : best;
        }

        return best!;
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

    private sealed class Fitted(FeatureNormalizer normalizer, SoftmaxRegression regression) : IForecaster
    {
        public IReadOnlyList<Forecast> Forecast(IReadOnlyList<CustomerInput> inputs)
        {
            var row = new float[normalizer.Width];
            var forecasts = new List<Forecast>(inputs.Count);
            foreach (var input in inputs)
            {
                normalizer.Apply(input.Aggregates, row);
                forecasts.Add(new Forecast(regression.Predict(row), 0, 0));
            }

            return forecasts;
        }

        public void Dispose()
        {
        }
    }
}
