using OrleansSeg.Model.Features;
using OrleansSeg.Model.Training;

namespace OrleansSeg.Model.Evaluation.Baselines.BuyTillYouDie;

/// <summary>A fitted baseline whose churn and spend are corrected on validation as our model's are: temperature and bias of the churn, one factor of the spend.</summary>
internal sealed class CalibratedValue : IForecaster
{
    private const double ProbabilityMin = 1e-6;

    private readonly IForecaster _fitted;
    private readonly Recalibration _churn;
    private readonly double _factor;

    /// <summary>Fits the correction.</summary>
    /// <param name="fitted">The baseline; not disposed here.</param>
    /// <param name="validation">What the correction is fitted on.</param>
    public CalibratedValue(IForecaster fitted, ExampleSet validation)
    {
        _fitted = fitted;
        var told = fitted.Forecast(DecidedFit.InputsOf(validation.Examples)).Zip(validation.Examples).ToList();
        var buyers = told.Where(pair => pair.Second.HasPurchased).ToList();
        _churn = Recalibration.Fit([.. buyers.Select(pair => Logits(pair.First.Churn))], [.. buyers.Select(pair => pair.Second.BuysAgain ? 0 : 1)]);
        var expected = told.Sum(pair => (double)pair.First.ExpectedSpend);
        _factor = expected > 0 ? told.Sum(pair => (double)pair.Second.FutureSpend) / expected : 1;
    }

    /// <inheritdoc />
    public IReadOnlyList<Forecast> Forecast(IReadOnlyList<CustomerInput> inputs) => [.. _fitted.Forecast(inputs).Select(forecast => forecast with
    {
        Churn = _churn.Apply(Logits(forecast.Churn))[1], ExpectedSpend = (float)(forecast.ExpectedSpend * _factor),
    })];

    /// <inheritdoc />
    public void Dispose()
    {
    }

    private static float[] Logits(double churn)
    {
        var probability = Math.Clamp(churn, ProbabilityMin, 1 - ProbabilityMin);
        return [0, (float)Math.Log(probability / (1 - probability))];
    }
}
