using OrleansSeg.Model.Evaluation.Baselines;
using OrleansSeg.Model.Features;
using OrleansSeg.Model.Training;

namespace OrleansSeg.Model.Evaluation;

/// <summary>A forecaster fitted for a comparison, and the decision weights that validation gave it: one procedure for our model and every baseline.</summary>
/// <param name="Forecaster">The forecaster; owned.</param>
/// <param name="Weights">(S) decision weights.</param>
internal sealed record DecidedFit(IForecaster Forecaster, double[] Weights) : IDisposable
{
    /// <summary>Fits.</summary>
    /// <param name="trainer">What is fitted. A baseline sees labelled examples alone; our model learns churn and spend from the others too.</param>
    /// <param name="train">Examples to fit.</param>
    /// <param name="validation">Later examples that stop, tune and calibrate.</param>
    /// <param name="matured">Examples to fit once tuning is done.</param>
    /// <param name="refit">Whether all of it is fitted again then, or only what always is: see <see cref="TunedModel.Finish"/>.</param>
    /// <param name="seed">Seed of everything random.</param>
    /// <param name="progress">Told of each epoch or trial; may be null.</param>
    /// <param name="cancellationToken">Stops between steps.</param>
    public static DecidedFit Of(
        IForecasterTrainer trainer, ExampleSet train, ExampleSet validation, ExampleSet matured, bool refit, int seed, IProgress<TrainingProgress>? progress, CancellationToken cancellationToken)
    {
        var labelled = validation.Labelled();
        var isOurs = trainer is ModelTrainer;
        var fitted = isOurs
            ? trainer.Fit(train, validation, seed, progress, cancellationToken)
            : ForScheme(trainer, train).Fit(train.Labelled(), labelled, seed, progress, cancellationToken);
        var weights = DecisionWeights.Fit(
            [.. fitted.Forecast(InputsOf(labelled.Examples)).Select(forecast => forecast.Probabilities)],
            [.. labelled.Examples.Select(example => example.Label)],
            train.Scheme.Count);
        var again = Finish(fitted, isOurs ? matured : matured.Labelled(), refit, seed, progress, cancellationToken);
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

    private static IForecaster? Finish(
        ITunedForecaster fitted, ExampleSet matured, bool refit, int seed, IProgress<TrainingProgress>? progress, CancellationToken cancellationToken) => fitted switch
        {
            TunedModel model => model.Finish(matured, refit, seed, progress, cancellationToken),
            _ when refit => fitted.Refit(matured, seed, progress, cancellationToken),
            _ => null,
        };

    // What tells the shop's own labels is mostly in the profile, so there the baselines on aggregates see it too.
    private static IForecasterTrainer ForScheme(IForecasterTrainer trainer, ExampleSet train) =>
        train.Scheme.Attribute is not null && trainer is LogisticBaseline or LightGbmBaseline ? new WithAttributes(trainer) : trainer;
}
