using Microsoft.Extensions.Logging;
using OrleansSeg.Customers.Storage;
using OrleansSeg.Events;

namespace OrleansSeg.Customers;

/// <summary>Carries a customer's assignment to the partition's index, in the order of its versions.</summary>
/// <remarks>
/// The version to deliver is durable in the customer's state before it is sent, and the index takes only newer ones, so sending again is
/// harmless. What a crash interrupts is sent when the customer is next in memory, or when the partition's sweep compares the two.
/// </remarks>
internal sealed partial class CustomerOutbox(
    CustomerKey key, CustomerJournal journal, SiteDirectory sites, CustomerOptions options, TimeProvider time, ILogger logger, CancellationToken stopping)
{
    private const int TriesMax = 5;
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200);
    private Task _sending = Task.CompletedTask;
    private int _epoch;
    private long _delivered;

    private bool IsDue => journal.State is { IsKnown: true, Registered: true } state && state.AssignmentVersion > DeliveredIn(state.Epoch);

    /// <summary>Takes over what the state knows of deliveries.</summary>
    public void Load(CustomerState state) => (_epoch, _delivered) = (state.Epoch, state.IndexedVersion);

    /// <summary>The version of an epoch that is known to be in the index; 0 for none.</summary>
    public long DeliveredIn(int epoch) => epoch == _epoch ? _delivered : 0;

    /// <summary>Begins to deliver the durable version if the index lacks it.</summary>
    public void Post()
    {
        if (_sending.IsCompleted && IsDue)
        {
            _sending = SendAllAsync();
        }
    }

    /// <summary>Delivers the durable version if the index lacks it; ends when the index holds it.</summary>
    public async Task FlushAsync()
    {
        await _sending;
        if (IsDue)
        {
            await SendAsync();
        }
    }

    /// <summary>Makes the index say what the customer says, whatever it says now.</summary>
    public async Task ReconcileAsync()
    {
        await _sending;
        var partition = await sites.GetPartitionAsync(key);
        var entry = await partition.FindAsync(key.GrainKey);
        if (entry is not null && journal.State is { IsKnown: true } state && !entry.SaysTheSameAs(EntryOf(key.GrainKey, state, options)))
        {
            if (entry.Epoch > state.Epoch)
            {
                // No such erasure ever was: the entry is wrong as a whole.
                await partition.RemoveAsync(key.GrainKey, entry.Epoch + 1);
            }
            else if (!EntryOf(key.GrainKey, state, options).IsNewerThan(entry))
            {
                await journal.SubmitAsync(new NewVersion(entry.Version, options));
            }
        }

        if (journal.State.IsKnown)
        {
            await SendAsync();
        }
    }

    /// <summary>Ends when nothing is on its way.</summary>
    public Task DrainAsync() => _sending;

    /// <summary>What the index should hold.</summary>
    public static IndexEntry EntryOf(string grainKey, CustomerState state, CustomerOptions options)
    {
        var shown = state.MayProfile(options) ? state.Assignment : null;
        var position = shown is null ? -1 : Array.IndexOf(shown.Segments, shown.Segment);
        return new IndexEntry(
            grainKey,
            state.Epoch,
            state.AssignmentVersion,
            state.SegmentName(options),
            position < 0 ? 0 : shown!.Probabilities[position],
            shown?.AssignedAt ?? DateTimeOffset.MinValue,
            shown?.ModelVersion ?? 0);
    }

    private async Task SendAllAsync()
    {
        for (var tries = 1; IsDue && !stopping.IsCancellationRequested; tries++)
        {
            try
            {
                await SendAsync();
                tries = 0;
            }
            catch (Exception exception)
            {
                LogUndelivered(key.GrainKey, tries, exception.Message);
                if (tries == TriesMax)
                {
                    return;
                }

                await Task.Delay(FirstPause * Math.Pow(2, tries), time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
            }
        }
    }

    private async Task SendAsync()
    {
        var state = journal.State;
        var entry = EntryOf(key.GrainKey, state, options);
        var partition = await sites.GetPartitionAsync(key);
        if (!await partition.ApplyAsync(entry))
        {
            if (journal.State is not { IsKnown: true } now || now.Epoch != state.Epoch)
            {
                // Erased meanwhile.
                return;
            }

            LogUnregistered(key.GrainKey);
            await partition.RegisterAsync(key.GrainKey, state.Epoch);
            if (!await partition.ApplyAsync(entry))
            {
                throw new InvalidOperationException($"Customer '{key.GrainKey}' cannot be registered. This is a bug.");
            }
        }

        if (state.AssignmentVersion > DeliveredIn(state.Epoch))
        {
            (_epoch, _delivered) = (state.Epoch, state.AssignmentVersion);
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Customer {Customer} was not registered with its partition; it is now.")]
    private partial void LogUnregistered(string customer);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The index entry of {Customer} was not delivered in try {Try}; the sweep repairs it: {Reason}")]
    private partial void LogUndelivered(string customer, int @try, string reason);

    /// <summary>Numbers the assignment anew, above what the index holds, so that the index takes it.</summary>
    private sealed class NewVersion(long above, CustomerOptions options) : PendingChange<CustomerDraft>
    {
        public override ValueTask<bool> ApplyAsync(CustomerDraft draft)
        {
            if (draft.State.IsKnown)
            {
                draft.Set(draft.State with
                {
                    Assignment = draft.State.MayProfile(options) ? draft.State.Assignment : null,
                    AssignmentVersion = Math.Max(draft.State.AssignmentVersion, above) + 1,
                });
            }

            return ValueTask.FromResult(true);
        }
    }
}
