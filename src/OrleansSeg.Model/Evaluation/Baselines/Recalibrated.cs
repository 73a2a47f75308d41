using OrleansSeg.Model.Features;
using OrleansSeg.Model.Training;

namespace OrleansSeg.Model.Evaluation.Baselines;

/// <summary>A fitted baseline whose probabilities are corrected on validation, as our model's are.</summary>
internal sealed class Recalibrated : ITunedForecaster
{
    private const float ProbabilityMin = 1e-7f;

    private readonly ITunedForecaster _inner;
    private readonly Recalibration _recalibration;
    private readonly float[] _spends;
    private readonly ChurnByLabel _churn;

    /// <summary>Corrects a baseline.</summary>
    /// <param name="inner">The baseline; owned.</param>
    /// <param name="train">What it was fitted on: gives the segments' mean spends and shares of churn.</param>
    /// <param name="validation">What the correction is fitted on.</param>
    public Recalibrated(ITunedForecaster inner, ExampleSet train, ExampleSet validation)
    {
        (_inner, _spends, _churn) = (inner, SpendByLabel.Of(train), ChurnByLabel.Of(train));
        List<float[]> logits = [.. inner.Forecast([.. validation.Examples.Select(example => example.Input)]).Select(Logits)];
        int[] labels = [.. validation.Examples.Select(example => example.Label)];
        _recalibration = Recalibration.Fit(logits, labels);
        ValidationLoss = _recalibration.LogLoss(logits, labels);
    }

    /// <summary>Log loss on validation once corrected: what trials are compared by.</summary>
    public double ValidationLoss { get; }

    /// <inheritdoc />
    public IReadOnlyList<Forecast> Forecast(IReadOnlyList<CustomerInput> inputs) => Correct(_inner, inputs);

    /// <inheritdoc />
    public IForecaster Refit(ExampleSet matured, int seed, IProgress<TrainingProgress>? progress, CancellationToken cancellationToken) =>
        new Refitted(_inner.Refit(matured, seed, progress, cancellationToken), this);

    /// <inheritdoc />
    public void Dispose() => _inner.Dispose();

    private List<Forecast> Correct(IForecaster forecaster, IReadOnlyList<CustomerInput> inputs) => [.. forecaster.Forecast(inputs).Select(forecast =>
    {
        var probabilities = _recalibration.Apply(Logits(forecast));
        return new Forecast(probabilities, _churn.Expect(probabilities), SpendByLabel.Expect(probabilities, _spends));
    })];

    private static float[] Logits(Forecast forecast) =>
        Array.ConvertAll(forecast.Probabilities, probability => MathF.Log(Math.Max(probability, ProbabilityMin)));

    private sealed class Refitted(IForecaster inner, Recalibrated corrected) : IForecaster
    {
        public IReadOnlyList<Forecast> Forecast(IReadOnlyList<CustomerInput> inputs) => corrected.Correct(inner, inputs);

        public void Dispose() => inner.Dispose();
    }
}
