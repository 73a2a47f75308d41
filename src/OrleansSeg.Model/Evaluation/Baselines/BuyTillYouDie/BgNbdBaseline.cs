using OrleansSeg.Model.Features;
using OrleansSeg.Model.Training;

namespace OrleansSeg.Model.Evaluation.Baselines.BuyTillYouDie;

/// <summary>Churn and spend by BG/NBD and gamma-gamma, from purchase days and amounts alone. It knows no segments, so its probabilities are empty.</summary>
/// <remarks>
/// Fitted on the histories up to the validation cutoff, the latest that fitting may see; it needs no future. Who never bought is expected to spend what
/// such customers did in training, because the models begin with a first purchase.
/// </remarks>
public sealed class BgNbdBaseline : IForecasterTrainer
{
    private const int BuyersMax = 6_000;

    /// <inheritdoc />
    public string Name => "bgnbd";

    /// <inheritdoc />
    public string Engine => "BG/NBD and gamma-gamma, maximum likelihood";

    /// <inheritdoc />
    public ITunedForecaster Fit(
        ExampleSet train, ExampleSet validation, int seed, IProgress<TrainingProgress>? progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(train);
        ArgumentNullException.ThrowIfNull(validation);
        var buyers = validation.Examples.Select(example => PurchaseSummary.Of(example.Input)).OfType<PurchaseSummary>().Take(BuyersMax).ToList();
        var purchases = BgNbdModel.Fit(buyers, cancellationToken);
        var amounts = GammaGammaModel.Fit(buyers, cancellationToken);
        progress?.Report(new TrainingProgress(Name, 1, 1, double.NaN, double.NaN));
        var others = train.Examples.Where(example => !example.HasPurchased).Select(example => example.FutureSpend).DefaultIfEmpty(0).Average();
        return new Fitted(purchases, amounts, PurchaseSummary.Weeks(train.Scheme.Horizon), others);
    }

    private sealed class Fitted(BgNbdModel purchases, GammaGammaModel amounts, double weeks, float others) : ITunedForecaster
    {
        // It needs no future, so it was fitted on the latest pasts from the first.
        public IForecaster Refit(ExampleSet matured, int seed, IProgress<TrainingProgress>? progress, CancellationToken cancellationToken) =>
            new Fitted(purchases, amounts, weeks, others);

        public IReadOnlyList<Forecast> Forecast(IReadOnlyList<CustomerInput> inputs) => [.. inputs.Select(input => PurchaseSummary.Of(input) is { } buyer
            ? new Forecast([], (float)purchases.Silent(buyer, weeks), (float)(purchases.Expected(buyer, weeks) * amounts.Expected(buyer)))
            : new Forecast([], 0, others))];

        public void Dispose()
        {
        }
    }
}
