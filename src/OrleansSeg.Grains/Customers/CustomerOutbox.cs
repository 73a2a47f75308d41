using Microsoft.Extensions.Logging;
using OrleansSeg.Events;

namespace OrleansSeg.Customers;

/// <summary>Carries a customer's assignment to the partition's index, in the order of its versions.</summary>
/// <remarks>
/// The version to deliver is durable in the customer's state before it is sent, and the index takes only newer ones, so sending again is
/// harmless. What a crash interrupts is sent when the customer is next in memory, or when the partition's sweep compares the two.
/// </remarks>
internal sealed partial class CustomerOutbox(
    CustomerKey key, CustomerJournal journal, SiteDirectory sites, CustomerOptions options, TimeProvider time, ILogger logger)
    : IDisposable
{
    private const int TriesMax = 5;
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200);
    private readonly CancellationTokenSource _stop = new();
    private Task _sending = Task.CompletedTask;
    private int _epoch;

    /// <summary>The version known to be in the index.</summary>
    public long DeliveredVersion { get; private set; }

    /// <summary>Takes over what the state knows of deliveries.</summary>
    public void Load(CustomerState state) => (_epoch, DeliveredVersion) = (state.Epoch, state.IndexedVersion);

    /// <summary>Begins to deliver the durable version if the index lacks it.</summary>
    public void Post()
    {
        if (_sending.IsCompleted && IsDue)
        {
            _sending = SendAllAsync();
        }
    }

    /// <summary>Delivers the durable version; ends when the index holds it.</summary>
    /// <param name="evenIfDelivered">Whether to send what the index is believed to hold.</param>
    public async Task FlushAsync(bool evenIfDelivered = false)
    {
        await _sending;
        if (IsDue || (evenIfDelivered && journal.State.IsKnown))
        {
            await SendAsync();
        }
    }

    /// <summary>Ends when nothing is on its way.</summary>
    public Task DrainAsync() => _sending;

    /// <summary>Stops trying.</summary>
    public void Stop() => _stop.Cancel();

    /// <inheritdoc />
    public void Dispose() => _stop.Dispose();

    /// <summary>What the index should hold.</summary>
    public static IndexEntry EntryOf(string grainKey, CustomerState state, CustomerOptions options) => new(
        grainKey,
        state.Epoch,
        state.AssignmentVersion,
        state.SegmentName(options),
        ProbabilityOf(state),
        state.Assignment?.AssignedAt ?? DateTimeOffset.MinValue,
        state.Assignment?.ModelVersion ?? 0);

    private bool IsDue
    {
        get
        {
            var state = journal.State;
            if (state.Epoch != _epoch)
            {
                (_epoch, DeliveredVersion) = (state.Epoch, 0);
            }

            return state.IsKnown && state.Registered && state.AssignmentVersion > DeliveredVersion;
        }
    }

    private static float ProbabilityOf(CustomerState state)
    {
        var position = state.Assignment is { } assignment ? Array.IndexOf(assignment.Segments, assignment.Segment) : -1;
        return position < 0 ? 0 : state.Assignment!.Probabilities[position];
    }

    private async Task SendAllAsync()
    {
        for (var tries = 1; IsDue && !_stop.IsCancellationRequested; tries++)
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

                await Task.Delay(FirstPause * Math.Pow(2, tries), time, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
            }
        }
    }

    private async Task SendAsync()
    {
        var state = journal.State;
        var partition = await sites.GetPartitionAsync(key);
        await partition.ApplyAsync(EntryOf(key.GrainKey, state, options));
        if (state.Epoch == _epoch && state.AssignmentVersion > DeliveredVersion)
        {
            DeliveredVersion = state.AssignmentVersion;
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The index entry of {Customer} was not delivered in try {Try}; the sweep repairs it: {Reason}")]
    private partial void LogUndelivered(string customer, int @try, string reason);
}
