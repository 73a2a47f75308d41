using OrleansSeg.Model.Evaluation.Baselines;
using OrleansSeg.Model.Features;
using OrleansSeg.Model.Segments;
using OrleansSeg.Model.Training;

namespace OrleansSeg.Model.Evaluation;

/// <summary>A forecaster fitted for a comparison, and the decision weights that validation gave it: one procedure for our model and every baseline.</summary>
/// <param name="Forecaster">The forecaster; owned.</param>
/// <param name="Weights">(S) decision weights.</param>
internal sealed record DecidedFit(IForecaster Forecaster, double[] Weights) : IDisposable
{
    /// <summary>Fits.</summary>
    /// <param name="trainer">What is fitted. A baseline sees labelled examples alone; our model learns churn and spend from the others too.</param>
    /// <param name="data">Examples to fit, later ones that stop, tune and calibrate, and those to fit once tuning is done.</param>
    /// <param name="refit">Whether all is fitted again then, or only what always is: see <see cref="ITunedForecaster.Finish"/>.</param>
    /// <param name="seed">Seed of everything random.</param>
    /// <param name="progress">Told of each epoch or trial; may be null.</param>
    /// <param name="cancellationToken">Stops between steps.</param>
    public static DecidedFit Of(
        IForecasterTrainer trainer, LabelledData data, bool refit, int seed, IProgress<TrainingProgress>? progress, CancellationToken cancellationToken)
    {
        var labelled = data.Validation.Labelled();
        var isOurs = trainer is ModelTrainer;
        var fitted = isOurs
            ? trainer.Fit(data.Training, data.Validation, seed, progress, cancellationToken)
            : ForScheme(trainer, data.Scheme).Fit(data.Training.Labelled(), labelled, seed, progress, cancellationToken);
        var weights = DecisionWeights.Fit(
            [.. fitted.Forecast(InputsOf(labelled.Examples)).Select(forecast => forecast.Probabilities)],
            [.. labelled.Examples.Select(example => example.Label)],
            data.Scheme.Count);
        var again = fitted.Finish(isOurs ? data.Matured : data.Matured.Labelled(), refit, seed, progress, cancellationToken);
        if (again is not null)
        {
            fitted.Dispose();
        }

        return new DecidedFit(again ?? fitted, weights);
    }

    /// <summary>What is known of the examples' customers.</summary>
    public static IReadOnlyList<CustomerInput> InputsOf(IEnumerable<Example> examples) => [.. examples.Select(example => example.Input)];

    /// <inheritdoc />
    public void Dispose() => Forecaster.Dispose();

    // What tells the shop's own labels is mostly in the profile, so there the baselines on aggregates see it too.
    private static IForecasterTrainer ForScheme(IForecasterTrainer trainer, SegmentScheme scheme) =>
        scheme.Attribute is not null && trainer is LogisticBaseline or LightGbmBaseline ? new WithAttributes(trainer) : trainer;
}
