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
    public ITunedForecaster Fit(
        ExampleSet train, ExampleSet validation, int seed, IProgress<TrainingProgress>? progress, CancellationToken cancellationToken)
    {
        var (normalizer, rows) = Normalize(train);
        Recalibrated? best = null;
        for (var trial = 0; trial < Penalties.Length; trial++)
        {
            var candidate = new Recalibrated(Fit(train, normalizer, rows, Penalties[trial], cancellationToken), train, validation);
            progress?.Report(new TrainingProgress(Name, trial + 1, Penalties.Length, double.NaN, candidate.ValidationLoss));
            best = best is null || candidate.ValidationLoss < best.ValidationLoss ? candidate : best;
        }

        return best!;
    }

    private static Fitted Fit(ExampleSet set, FeatureNormalizer normalizer, List<float[]> rows, double penalty, CancellationToken cancellationToken) => new(
        normalizer,
        SoftmaxRegression.Fit(rows, [.. set.Examples.Select(example => example.Label)], set.Scheme.Count, penalty, IterationsMax, cancellationToken),
        penalty);

    private static (FeatureNormalizer Normalizer, List<float[]> Rows) Normalize(ExampleSet set)
    {
        var normalizer = FeatureNormalizer.Fit([.. set.Examples.Select(example => example.Input.Aggregates)]);
        var rows = new List<float[]>(set.Examples.Count);
        foreach (var example in set.Examples)
        {
            var row = new float[normalizer.Width];
            normalizer.Apply(example.Input.Aggregates, row);
            rows.Add(row);
        }

        return (normalizer, rows);
    }

    private sealed class Fitted(FeatureNormalizer normalizer, SoftmaxRegression regression, double penalty) : ITunedForecaster
    {
        public IForecaster Refit(ExampleSet matured, int seed, IProgress<TrainingProgress>? progress, CancellationToken cancellationToken)
        {
            var (again, rows) = Normalize(matured);
            return Fit(matured, again, rows, penalty, cancellationToken);
        }

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
