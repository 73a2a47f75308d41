using OrleansSeg.Model.Features;
using OrleansSeg.Model.Training;

namespace OrleansSeg.Model.Evaluation.Baselines.BuyTillYouDie;

/// <summary>A baseline whose churn and spend are corrected on validation as our model's are: temperature and bias of the churn, one factor of the spend.</summary>
/// <param name="inner">The baseline.</param>
internal sealed class CalibratedValue(IForecasterTrainer inner) : IForecasterTrainer
{
    private const double ProbabilityMin = 1e-6;

    /// <inheritdoc />
    public string Name => $"{inner.Name}_calibrated";

    /// <inheritdoc />
    public string Engine => $"{inner.Engine}, corrected on validation";

    /// <inheritdoc />
    public IForecaster Fit(
        ExampleSet train, ExampleSet validation, int seed, IProgress<TrainingProgress>? progress, CancellationToken cancellationToken)
    {
        var fitted = inner.Fit(train, validation, seed, progress, cancellationToken);
        var told = fitted.Forecast([.. validation.Examples.Select(example => example.Input)]).Zip(validation.Examples).ToList();
        var buyers = told.Where(pair => pair.Second.HasPurchased).ToList();
        var churn = Recalibration.Fit([.. buyers.Select(pair => Logits(pair.First.Churn))], [.. buyers.Select(pair => pair.Second.BuysAgain ? 0 : 1)]);
        var expected = told.Sum(pair => (double)pair.First.ExpectedSpend);
        return new Fitted(fitted, churn, expected > 0 ? told.Sum(pair => (double)pair.Second.FutureSpend) / expected : 1);
    }

    private static float[] Logits(double churn)
    {
        var probability = Math.Clamp(churn, ProbabilityMin, 1 - ProbabilityMin);
        return [0, (float)Math.Log(probability / (1 - probability))];
    }

    private sealed class Fitted(IForecaster forecaster, Recalibration churn, double factor) : IForecaster
    {
        public IReadOnlyList<Forecast> Forecast(IReadOnlyList<CustomerInput> inputs) => [.. forecaster.Forecast(inputs).Select(forecast => forecast with
        {
            Churn = churn.Apply(Logits(forecast.Churn))[1], ExpectedSpend = (float)(forecast.ExpectedSpend * factor),
        })];

        public void Dispose() => forecaster.Dispose();
    }
}
