namespace OrleansSeg.Inference;

/// <summary>Stops the engine with its silo: after the activations have ended, so that what they wait for is answered first.</summary>
internal sealed class InferenceShutdown(InferenceBatcher batcher) : ILifecycleParticipant<ISiloLifecycle>
{
    /// <inheritdoc />
    public void Participate(ISiloLifecycle lifecycle) => lifecycle.Subscribe(
        nameof(InferenceBatcher), ServiceLifecycleStage.BecomeActive - 1, _ => Task.CompletedTask, batcher.StopAsync);
}
