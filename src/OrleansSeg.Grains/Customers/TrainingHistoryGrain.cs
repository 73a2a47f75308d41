using System.Collections.Immutable;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Orleans.Storage;
using OrleansSeg.Customers.History;
using OrleansSeg.Customers.Storage;
using OrleansSeg.Events;
using OrleansSeg.Placement;

namespace OrleansSeg.Customers;

/// <summary>Reads histories from the store, so that training brings no customer into memory.</summary>
[GrainType("seg.training-history"), SiteSilos, WithPartition]
internal sealed class TrainingHistoryGrain(
    IGrainContext context,
    IGrainFactory grains,
    [FromKeyedServices(CustomerStorage.ProviderName)] IGrainStorage storage,
    IOptions<CustomerOptions> options,
    TimeProvider time) : IGrainBase, ITrainingHistoryGrain
{
    private const int BytesMax = 512 * 1024;
    private const int EntriesPerCall = 500;

    /// <inheritdoc />
    public IGrainContext GrainContext => context;

    private string Scope => $"{context.GrainId.Key}:training";

    /// <inheritdoc />
    public async Task<TrainingHistoryBatch> ReadAsync(string? pageToken, DateTimeOffset? watermark, CancellationToken cancellationToken)
    {
        var (after, within, cursor) = Parse(pageToken);
        var parts = ImmutableArray.CreateBuilder<TrainingHistoryPart>();
        var bytes = 0;
        if (within is not null)
        {
            bytes += await ReadPartAsync(within, cursor, watermark, BytesMax, parts, cancellationToken);
            if (parts is [.., { IsLast: false }])
            {
                return new TrainingHistoryBatch(parts.ToImmutable(), TokenWithin(within, parts[^1]));
            }

            after = within;
        }

        var partition = grains.GetGrain<IPartitionRegistryGrain>(context.GrainId.Key.ToString()!);
        var entries = await partition.GetEntriesAsync(after, EntriesPerCall);
        foreach (var entry in entries)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (bytes >= BytesMax)
            {
                return new TrainingHistoryBatch(parts.ToImmutable(), PageToken.Encode(Scope, $"after\n{after}"));
            }

            bytes += await ReadPartAsync(entry.Customer, null, watermark, BytesMax - bytes, parts, cancellationToken);
            if (parts is [.., { IsLast: false }])
            {
                return new TrainingHistoryBatch(parts.ToImmutable(), TokenWithin(entry.Customer, parts[^1]));
            }

            after = entry.Customer;
        }

        return new TrainingHistoryBatch(parts.ToImmutable(), entries.Length < EntriesPerCall ? null : PageToken.Encode(Scope, $"after\n{after}"));
    }

    /// <inheritdoc />
    public Task<DateTimeOffset?> GetRetainedFromAsync() =>
        Task.FromResult(RetentionRule.At(time.GetUtcNow(), options.Value.RetentionByType).Latest);

    private async Task<int> ReadPartAsync(
        string customer,
        HistoryCursor? cursor,
        DateTimeOffset? watermark,
        int bytesMax,
        ImmutableArray<TrainingHistoryPart>.Builder parts,
        CancellationToken cancellationToken)
    {
        var records = new GrainRecords(storage, grains.GetGrain<ICustomerGrain>(customer).GetGrainId());
        while (true)
        {
            var stored = await records.ReadAsync<CustomerState>(CustomerStorage.CustomerRecord, cancellationToken);
            if (stored.Value is not { IsKnown: true } state || !state.MayTrain(options.Value))
            {
                // A history that began in the batch before must still come to an end.
                if (cursor is not null)
                {
                    parts.Add(new TrainingHistoryPart(CustomerKey.Parse(customer).CustomerId, [], ImmutableDictionary<string, string>.Empty, IsLast: true, IsWithdrawn: true));
                }

                return 0;
            }

            try
            {
                var (events, bytes, isLast) = await ReadEventsAsync(state, records, cursor, watermark, bytesMax, cancellationToken);
                var attributes = state.Attributes.ToImmutableDictionary(a => a.Name, a => a.Value);
                parts.Add(new TrainingHistoryPart(CustomerKey.Parse(customer).CustomerId, events, attributes, isLast));
                return bytes;
            }
            catch (PageMissingException)
            {
                // The pages were rewritten or erased after the state was read: read the state again, unless nothing changed.
                var again = await records.ReadAsync<CustomerState>(CustomerStorage.CustomerRecord, cancellationToken);
                if (again.ETag == stored.ETag)
                {
                    throw;
                }
            }
        }
    }

    private static async Task<(ImmutableArray<BehaviourEvent> Events, int Bytes, bool IsLast)> ReadEventsAsync(
        CustomerState state, GrainRecords records, HistoryCursor? cursor, DateTimeOffset? watermark, int bytesMax, CancellationToken cancellationToken)
    {
        var reader = new HistoryReader(state, EventBlock.Parse(state.Hot), new PageStore(records));
        var events = ImmutableArray.CreateBuilder<BehaviourEvent>();
        var bytes = 0;
        await foreach (var e in reader.ReadAsync(long.MinValue, long.MaxValue, cursor, cancellationToken))
        {
            if (e.RecordedAt > watermark)
            {
                continue;
            }

            if (events.Count > 0 && bytes >= bytesMax)
            {
                return (events.ToImmutable(), bytes, false);
            }

            events.Add(e);
            bytes += HistoryPager.SizeOf(e);
        }

        return (events.ToImmutable(), bytes, true);
    }

    private string TokenWithin(string customer, TrainingHistoryPart part)
    {
        var last = part.Events[^1];
        return PageToken.Encode(Scope, $"within\n{customer}\n{new HistoryCursor(last.Timestamp.UtcTicks, last.EventId).ToToken(customer)}");
    }

    private (string? After, string? Within, HistoryCursor? Cursor) Parse(string? token) => token is null
        ? (null, null, null)
        : PageToken.DecodeText(Scope, token).Split('\n') switch
        {
            ["after", var after] => (after, null, null),
            ["within", var customer, var cursor] => (null, customer, HistoryCursor.Parse(cursor, customer)),
            _ => throw new ArgumentException("The page token is not one that was given here.", nameof(token)),
        };
}
