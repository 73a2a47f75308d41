using System.Runtime.CompilerServices;
using OrleansSeg.Events;
using OrleansSeg.Model.Features;

namespace OrleansSeg.Customers;

/// <summary>Reads the histories that training may see.</summary>
public static class TrainingHistories
{
    /// <summary>Every history of the given partitions whose customer consents to training, partition after partition in key order.</summary>
    /// <param name="grains">Finds the partitions.</param>
    /// <param name="site">The site.</param>
    /// <param name="partitions">Partition numbers, read in the order given.</param>
    /// <param name="watermark">Events first stored after it are left out; null for all.</param>
    /// <param name="cancellationToken">Stops between batches.</param>
    /// <remarks>One history at a time is in memory. A customer left with no event by the watermark is skipped.</remarks>
    public static async IAsyncEnumerable<CustomerHistory> ReadTrainingHistoriesAsync(
        this IGrainFactory grains,
        string site,
        IEnumerable<int> partitions,
        DateTimeOffset? watermark,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(grains);
        ArgumentNullException.ThrowIfNull(partitions);
        foreach (var partition in partitions)
        {
            var source = grains.GetGrain<ITrainingHistoryGrain>(new PartitionKey(site, partition).GrainKey);
            var events = new List<BehaviourEvent>();
            string? token = null;
            do
            {
                var batch = await source.ReadAsync(token, watermark, cancellationToken);
                foreach (var part in batch.Parts)
                {
                    events.AddRange(part.Events);
                    if (!part.IsLast)
                    {
                        continue;
                    }

                    if (events.Count > 0 && !part.IsWithdrawn)
                    {
                        yield return new CustomerHistory(part.CustomerId, events, part.Attributes);
                    }

                    events = [];
                }

                token = batch.NextPageToken;
            }
            while (token is not null);
        }
    }

    /// <summary>The same as it was known at an instant of the past: later events are left out, and so are live ones recorded later.</summary>
    /// <param name="grains">Finds the partitions.</param>
    /// <param name="site">The site.</param>
    /// <param name="partitions">Partition numbers, read in the order given.</param>
    /// <param name="watermark">Events first stored after it are left out; null for all.</param>
    /// <param name="until">The instant; null for now.</param>
    /// <param name="cancellationToken">Stops between batches.</param>
    public static async IAsyncEnumerable<CustomerHistory> ReadTrainingHistoriesAsync(
        this IGrainFactory grains,
        string site,
        IEnumerable<int> partitions,
        DateTimeOffset? watermark,
        DateTimeOffset? until,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await foreach (var history in grains.ReadTrainingHistoriesAsync(site, partitions, watermark, cancellationToken))
        {
            var known = until is null ? history.Events : [.. history.Events.Where(e => e.Timestamp <= until && e.WasRecordedBy(until.Value))];
            if (known.Count > 0)
            {
                yield return history with { Events = known };
            }
        }
    }
}
