using System.Runtime.InteropServices;
using OrleansSeg.Events;
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
    /// so it is left out of the features; a back-filled one counts by its time.
    /// </remarks>
    public static IEnumerable<AsOfExample> Of(CustomerHistory history, IReadOnlyList<DateTimeOffset> cutoffs, TimeSpan horizon)
    {
        ArgumentNullException.ThrowIfNull(history);
        ArgumentNullException.ThrowIfNull(cutoffs);
        foreach (var cutoff in cutoffs)
        {
            if (Cut(history, cutoff, horizon) is { } example)
            {
                yield return example;
            }
        }
    }

    private static AsOfExample? Cut(CustomerHistory history, DateTimeOffset cutoff, TimeSpan horizon)
    {
        var aggregates = new LifetimeAggregates();
        var known = new List<BehaviourEvent>();
        var future = new LifetimeAggregates();
        foreach (var e in history.Events)
        {
            if (e.Timestamp > cutoff + horizon)
            {
                break;
            }

            if (e.Timestamp > cutoff)
            {
                future.Add(e);
            }
            else if (e.Backfilled || e.RecordedAt <= cutoff)
            {
                aggregates.Add(e);
                known.Add(e);
            }
        }

        if (known.Count == 0)
        {
            return null;
        }

        return new AsOfExample(
            history.CustomerId,
            cutoff,
            CustomerInputBuilder.Build(aggregates, CollectionsMarshal.AsSpan(known), history.Attributes, cutoff),
            aggregates.PurchaseDays > 0,
            aggregates.FirstPurchase is { } first && cutoff - first <= TimeSpan.FromDays(PredictiveLabels.NewCustomerDays),
            future.PurchaseDays,
            future.Spend);
    }
}
