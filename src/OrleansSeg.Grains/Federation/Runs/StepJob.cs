namespace OrleansSeg.Federation.Runs;

/// <summary>One order under way in the background, off the grain's scheduler.</summary>
internal sealed class StepJob : IDisposable
{
    private readonly CancellationTokenSource _stop;

    private StepJob(StepOrder order, CancellationTokenSource stop) => (Order, _stop) = (order, stop);

    /// <summary>The order.</summary>
    public StepOrder Order { get; }

    /// <summary>Ends with the work, in whatever way it ends.</summary>
    public required Task<FinishedStep> Ended { get; init; }

    /// <summary>Starts the work.</summary>
    public static StepJob Start(StepOrder order, Func<CancellationToken, Task<FinishedStep>> work)
    {
        var stop = new CancellationTokenSource();
        return new StepJob(order, stop) { Ended = Task.Run(() => work(stop.Token)) };
    }

    /// <summary>Asks the work to stop between two of its steps.</summary>
    public void Cancel() => _stop.Cancel();

    /// <inheritdoc />
    public void Dispose() => _stop.Dispose();
}
