using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace OrleansSeg.Inference;

/// <summary>Stops the engine with its silo: after the activations have ended, so that what they wait for is answered first.</summary>
internal sealed class InferenceShutdown(IServiceProvider services, IOptions<InferenceOptions> options) : ILifecycleParticipant<ISiloLifecycle>
{
    /// <inheritdoc />
    public void Participate(ISiloLifecycle lifecycle)
    {
        // A silo without an engine must not make one in order to stop it.
        if (options.Value.Enabled)
        {
            lifecycle.Subscribe(
                nameof(InferenceBatcher),
                ServiceLifecycleStage.BecomeActive - 1,
                _ => Task.CompletedTask,
                services.GetRequiredService<InferenceBatcher>().StopAsync);
        }
    }
}
