namespace OrleansSeg.Hosting;

/// <summary>Tells work that may go on for long that its silo begins to stop, before any activation is asked to end.</summary>
/// <remarks>
/// An activation ends only when its calls have, and answers no new ones meanwhile: a sweep that waits for a customer, whose call to the
/// partition waits for the sweep, would hold both until a call times out.
/// </remarks>
internal sealed class SiloStopping : ILifecycleParticipant<ISiloLifecycle>, IDisposable
{
    private readonly CancellationTokenSource _begun = new();

    /// <summary>Cancelled when the silo begins to stop.</summary>
    public CancellationToken Begun => _begun.Token;

    /// <inheritdoc />
    public void Participate(ISiloLifecycle lifecycle) =>
        lifecycle.Subscribe(nameof(SiloStopping), ServiceLifecycleStage.Last, _ => Task.CompletedTask, _ => _begun.CancelAsync());

    /// <inheritdoc />
    public void Dispose() => _begun.Dispose();
}
