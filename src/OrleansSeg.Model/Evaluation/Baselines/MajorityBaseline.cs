using OrleansSeg.Model.Features;
using OrleansSeg.Model.Training;

namespace OrleansSeg.Model.Evaluation.Baselines;

/// <summary>Says of everybody what training says of the average customer.</summary>
public sealed class MajorityBaseline : IForecasterTrainer
{
    /// <inheritdoc />
    public string Name => "majority";

    /// <inheritdoc />
    public string Engine => "label frequencies";

    /// <inheritdoc />
    public ITunedForecaster Fit(
        ExampleSet train, ExampleSet validation, int seed, IProgress<TrainingProgress>? progress, CancellationToken cancellationToken) =>
        Fit(train);

    private static Fitted Fit(ExampleSet set) => new(LabelFrequencies.Of(set.Scheme, [.. set.Examples]));

    private sealed class Fitted(Forecast everybody) : ITunedForecaster
    {
        public IForecaster Refit(ExampleSet matured, int seed, IProgress<TrainingProgress>? progress, CancellationToken cancellationToken) => Fit(matured);

        public IReadOnlyList<Forecast> Forecast(IReadOnlyList<CustomerInput> inputs) => [.. inputs.Select(_ => everybody)];

        public void Dispose()
        {
        }
    }
}
