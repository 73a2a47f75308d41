using OrleansSeg.Events;
using OrleansSeg.Model.Features;

namespace OrleansSeg.Model.Evaluation.Robustness;

/// <summary>Parts of the input that a shop may not have, or may lose for a while.</summary>
internal static class Channels
{
    private const int LateDays = 14;

    /// <summary>Each channel, and the history without it before a cutoff: the same object where there is nothing to take.</summary>
    public static IReadOnlyList<(string Name, Func<CustomerHistory, DateTimeOffset, CustomerHistory> Without)> All { get; } =
    [
        ("no texts", (history, _) => Change(history, e => e.Text is null ? e : e with { Text = null })),
        ("no categories", (history, _) => Change(history, e => e.Category is null ? e : e with { Category = null })),
        ("no browsing", (history, _) => Drop(history, e => e.Type is EventType.View or EventType.Search or EventType.AddToCart or EventType.RemoveFromCart)),
        ("no campaigns", (history, _) => Drop(history, e => e.Type is EventType.CampaignSent or EventType.CampaignOpened or EventType.CampaignClicked)),
        ("no returns", (history, _) => Drop(history, e => e.Type == EventType.Return)),
        ("no reviews and messages", (history, _) => Drop(history, e => e.Type is EventType.Review or EventType.Social or EventType.SupportMessage)),
        ("no profile", (history, _) => history.Attributes.Count == 0 ? history : history with { Attributes = new Dictionary<string, string>() }),
        ("no prices", (history, _) => Change(history, e => e.UnitPrice is null ? e : e with { UnitPrice = null })),
        ("the last 14 days missing", (history, cutoff) => Drop(history, e => e.Timestamp <= cutoff && e.Timestamp > cutoff.AddDays(-LateDays))),
        ("the latest order or day alone", Latest),
    ];

    private static CustomerHistory Change(CustomerHistory history, Func<BehaviourEvent, BehaviourEvent> change)
    {
        var events = history.Events.Select(change).ToList();
        return events.Zip(history.Events).All(pair => ReferenceEquals(pair.First, pair.Second)) ? history : history with { Events = events };
    }

    private static CustomerHistory Drop(CustomerHistory history, Func<BehaviourEvent, bool> which) =>
        history.Events.Any(which) ? history with { Events = [.. history.Events.Where(e => !which(e))] } : history;

    private static CustomerHistory Latest(CustomerHistory history, DateTimeOffset cutoff)
    {
        var last = history.Events.LastOrDefault(e => e.Timestamp <= cutoff)?.Timestamp.UtcDateTime.Date;
        return Drop(history, e => e.Timestamp <= cutoff && e.Timestamp.UtcDateTime.Date != last);
    }
}
