using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using OrleansSeg.Customers.Partitions;
using OrleansSeg.Segments;

namespace OrleansSeg.Customers;

/// <summary>What customers tell their partition.</summary>
internal sealed partial class PartitionGrain
{
    /// <inheritdoc />
    public async Task RegisterAsync(string customer, int epoch)
    {
        await _index.ChangeAsync(customer, found => found is not null && found.Epoch >= epoch
            ? found
            : new IndexEntry(customer, epoch, 0, SegmentNames.Unscored, 0, _time.GetUtcNow(), 0));
        if (_hasReminders && _reminder is null)
        {
            await RemindAsync();
        }
    }

    /// <inheritdoc />
    public async Task<bool> ApplyAsync(IndexEntry entry)
    {
        var isRegistered = false;
        await _index.ChangeAsync(entry.Customer, found =>
        {
            isRegistered = found is not null;
            return found is not null && entry.IsNewerThan(found) ? entry : found;
        });
        return isRegistered;
    }

    /// <inheritdoc />
    public async Task<bool> RemoveAsync(string customer, int epoch) =>
        await _index.ChangeAsync(customer, found => found is null || found.Epoch >= epoch ? found : null) is { } before && before.Epoch < epoch;

    /// <inheritdoc />
    public Task<IndexEntry?> FindAsync(string customer) => _index.FindAsync(customer);

    /// <inheritdoc />
    public async Task<ImmutableArray<IndexEntry>> GetEntriesAsync(string? after, int limit)
    {
        var entries = ImmutableArray.CreateBuilder<IndexEntry>();
        await foreach (var entry in _index.ReadAsync(after))
        {
            entries.Add(entry);
            if (entries.Count == limit)
            {
                break;
            }
        }

        return entries.DrainToImmutable();
    }

    /// <summary>Makes the partition wake by itself from now on; tried again with the next registration if it fails.</summary>
    private async Task RemindAsync()
    {
        var reminder = this.RegisterOrUpdateReminder(SweepReminder, _options.ReminderPeriod, _options.ReminderPeriod);
        _reminder = reminder;
        try
        {
            await reminder;
        }
        catch (Exception exception)
        {
            _reminder = null;
            LogNoReminder(_key.GrainKey, exception);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Partition {Partition} has no reminder yet: it sweeps only while it is in memory.")]
    private partial void LogNoReminder(string partition, Exception exception);
}
