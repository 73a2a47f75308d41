using OrleansSeg.Model.Features;
using OrleansSeg.Model.Segments;

namespace OrleansSeg.Model.Training;

/// <summary>Cuts histories at instants of the past: features from before, facts for labels from after.</summary>
public static class AsOfExamples
{
    /// <summary>The examples of one customer, one for each cutoff at or before which something was done.</summary>
    /// <param name="history">The whole history.</param>
    /// <param name="cutoffs">Instants to cut at, ascending.</param>
    /// <param name="horizon">How far after a cutoff labels look.</param>
    /// <remarks>
    /// An event at the cutoff belongs to the history. A live event that was recorded after the cutoff is no part of what was known then,
    /// so it is left out of the features; a back-filled one counts by its time. The history is read once, however many cutoffs there are;
    /// each cutoff then costs its active days and the recent window.
    /// </remarks>
    public static IEnumerable<AsOfExample> Of(CustomerHistory history, IReadOnlyList<DateTimeOffset> cutoffs, TimeSpan horizon)
    {
        ArgumentNullException.ThrowIfNull(history);
        ArgumentNullException.ThrowIfNull(cutoffs);
        var past = new KnownPast(history.Events);
        var future = new FuturePurchases(history.Events);
        var attributes = CustomerInputBuilder.Describe(history.Attributes);
        var steps = new SharedSteps();
        foreach (var cutoff in cutoffs)
        {
            past.AdvanceTo(cutoff);
            if (past.Aggregates.EventCount == 0)
            {
                continue;
            }

            var (days, spend) = future.Between(cutoff, cutoff + horizon);
            yield return new AsOfExample(
                history.CustomerId,
                cutoff,
                CustomerInputBuilder.Build(past.Aggregates, steps.Fold(past), attributes, cutoff),
                past.Aggregates.PurchaseDays > 0,
                past.Aggregates.FirstPurchase is { } first && cutoff - first <= TimeSpan.FromDays(PredictiveLabels.NewCustomerDays),
                days,
                spend)
            {
                Ending = future.At(cutoff + horizon),
            };
        }
    }
}
