using OrleansSeg.Customers.History;
using OrleansSeg.Events;
using OrleansSeg.Model.Features;

namespace OrleansSeg.Customers.Scoring;

/// <summary>Makes what the model sees from one durable version of a customer.</summary>
internal static class ScoringInput
{
    /// <summary>Builds the input as of <paramref name="now"/> or of the customer's last event, whichever is later, and says whether the customer ever bought. Cost: reads the latest pages that the recent window reaches into.</summary>
    public static async Task<(CustomerInput Input, bool HasPurchased)> BuildAsync(
        CustomerState state, EventBlock hot, PageStore pages, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var recent = new List<BehaviourEvent>();
        var reader = new HistoryReader(state, hot, pages);
        await foreach (var e in reader.ReadBackwardsAsync(cancellationToken))
        {
            recent.Add(e);
            if (recent.Count == SequenceTokens.EventCountMax)
            {
                break;
            }
        }

        recent.Reverse();
        var aggregates = state.ReadAggregates();
        var attributes = state.Attributes.Select(a => KeyValuePair.Create(a.Name, a.Value));
        var asOf = aggregates.LastEvent > now ? aggregates.LastEvent.Value : now;
        return (CustomerInputBuilder.Build(aggregates, recent.ToArray(), attributes, asOf), aggregates.FirstPurchase is not null);
    }
}
