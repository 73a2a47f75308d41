using OrleansSeg.Model.Features;
using OrleansSeg.Model.Training;

namespace OrleansSeg.Model.Evaluation.Baselines;

/// <summary>A fitted baseline whose probabilities are corrected on validation, as our model's are.</summary>
internal sealed class Recalibrated : IForecaster
{
    private const float ProbabilityMin = 1e-7f;

    private readonly IForecaster _inner;
    private readonly Recalibration _recalibration;
    private readonly float[] _spends;
    private readonly ChurnByLabel _churn;

    /// <summary>Corrects a baseline.</summary>
    /// <param name="inner">The baseline; owned.</param>
    /// <param name="train">What it was fitted on: gives the segments' mean spends and shares of churn.</param>
    /// <param name="validation">What the correction is fitted on.</param>
    public Recalibrated(IForecaster inner, ExampleSet train, ExampleSet validation)
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
    public IReadOnlyList<Forecast> Forecast(IReadOnlyList<CustomerInput> inputs) => [.. _inner.Forecast(inputs).Select(forecast =>
    {
        var probabilities = _recalibration.Apply(Logits(forecast));
        return new Forecast(probabilities, _churn.Expect(probabilities), SpendByLabel.Expect(probabilities, _spends));
    })];

    /// <inheritdoc />
    public void Dispose() => _inner.Dispose();

    private static float[] Logits(Forecast forecast) =>
        Array.ConvertAll(forecast.Probabilities, probability => MathF.Log(Math.Max(probability, ProbabilityMin)));
}
