using OrleansSeg.Model.Features;

namespace OrleansSeg.Model.Training;

/// <summary>What is said of one customer.</summary>
/// <param name="Probabilities">(S) segment probabilities, summing to 1; empty from who knows no segments.</param>
/// <param name="Churn">Probability of no purchase within the horizon, for a customer who has bought before.</param>
/// <param name="ExpectedSpend">Expected gross spend within the horizon, in the site's currency.</param>
/// <param name="SpendLow">Low end of the interval that a past buyer's spend lies in, see <see cref="Inference.SpendInterval"/>; null for none.</param>
/// <param name="SpendHigh">High end of it.</param>
public sealed record Forecast(float[] Probabilities, float Churn, float ExpectedSpend, float? SpendLow = null, float? SpendHigh = null);

/// <summary>A fitted model or baseline.</summary>
public interface IForecaster : IDisposable
{
    /// <summary>Forecasts in the order of the inputs.</summary>
    IReadOnlyList<Forecast> Forecast(IReadOnlyList<CustomerInput> inputs);
}

/// <summary>A forecaster tuned on validation, which can be fitted once more on all that is known.</summary>
public interface ITunedForecaster : IForecaster
{
    /// <summary>Fits anew with all that tuning found: how long, how strong a penalty, what correction.</summary>
    /// <param name="matured">Training's examples, validation's and those between: nothing is stopped or chosen by them.</param>
    /// <param name="seed">Seed of everything random.</param>
    /// <param name="progress">Told of each epoch or trial; may be null.</param>
    /// <param name="cancellationToken">Stops between steps.</param>
    /// <returns>A forecaster of its own, which outlives this one.</returns>
    /// <exception cref="OperationCanceledException">Fitting was stopped.</exception>
    IForecaster Refit(ExampleSet matured, int seed, IProgress<TrainingProgress>? progress, CancellationToken cancellationToken);

    /// <summary>Fits again what is to be: all where that is asked for, and else what always is, which is nothing unless it says otherwise.</summary>
    /// <param name="refit">Whether all is fitted again.</param>
    /// <returns>Null to leave it as it is.</returns>
    /// <inheritdoc cref="Refit"/>
    IForecaster? Finish(ExampleSet matured, bool refit, int seed, IProgress<TrainingProgress>? progress, CancellationToken cancellationToken) =>
        refit ? Refit(matured, seed, progress, cancellationToken) : null;
}

/// <summary>Something that can be fitted: our model and every baseline alike.</summary>
public interface IForecasterTrainer
{
    /// <summary>Name in reports: <c>model</c>, <c>logistic</c>, <c>lightgbm</c>.</summary>
    string Name { get; }

    /// <summary>What computes it, for reports: <c>TorchSharp</c>, <c>LightGBM</c>.</summary>
    string Engine { get; }

    /// <summary>Fits on <paramref name="train"/>; <paramref name="validation"/> is for early stopping and tuning only.</summary>
    /// <param name="train">Examples whose futures end before validation begins.</param>
    /// <param name="validation">Later examples, never seen by the gradient.</param>
    /// <param name="seed">Seed of everything random.</param>
    /// <param name="progress">Told of each epoch or trial; may be null.</param>
    /// <param name="cancellationToken">Stops between steps.</param>
    /// <exception cref="OperationCanceledException">Fitting was stopped.</exception>
    ITunedForecaster Fit(
        ExampleSet train, ExampleSet validation, int seed, IProgress<TrainingProgress>? progress, CancellationToken cancellationToken);
}

/// <summary>One line of training progress.</summary>
/// <param name="Stage">What is being fitted: <c>text</c>, <c>model</c>, <c>lightgbm</c>.</param>
/// <param name="Step">Steps done, such as epochs.</param>
/// <param name="StepCount">Steps in all, or 0 when unknown.</param>
/// <param name="TrainingLoss">Mean loss since the last line, NaN when there is none.</param>
/// <param name="ValidationLoss">Log loss on validation, NaN when not yet measured.</param>
public sealed record TrainingProgress(string Stage, int Step, int StepCount, double TrainingLoss, double ValidationLoss);
