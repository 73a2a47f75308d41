using OrleansSeg.Cli.Customers;
using OrleansSeg.Client;
using OrleansSeg.Events;
using OrleansSeg.Model.Features;

namespace OrleansSeg.Cli.Bench;

/// <summary>What the model sees of customers, made outside their grains: for the model alone.</summary>
internal static class ScoringInputs
{
    private const int CustomersAtOnce = 16;

    /// <summary>The inputs of customers, in their order, as of now.</summary>
    public static async Task<CustomerInput[]> BuildAsync(SegmentationClient client, IReadOnlyList<string> ids, CancellationToken cancellationToken)
    {
        var now = TimeProvider.System.GetUtcNow();
        var inputs = new CustomerInput[ids.Count];
        var limits = new ParallelOptions { MaxDegreeOfParallelism = CustomersAtOnce, CancellationToken = cancellationToken };
        await Parallel.ForAsync(0, ids.Count, limits, async (i, token) =>
        {
            var customer = client.Customer(ids[i]);
            var aggregates = new LifetimeAggregates();
            var recent = new Queue<BehaviourEvent>();
            await foreach (var e in customer.ReadHistoryAsync(null, null, token))
            {
                aggregates.Add(e);
                recent.Enqueue(e);
                if (recent.Count > SequenceTokens.EventCountMax)
                {
                    recent.Dequeue();
                }
            }

            var profile = await customer.GetProfileAsync(token);
            inputs[i] = CustomerInputBuilder.Build(aggregates, recent.ToArray(), profile.Attributes, now);
        });
        return inputs;
    }
}
