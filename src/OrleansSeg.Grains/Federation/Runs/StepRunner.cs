using OrleansSeg.Model.Bundles;
using OrleansSeg.Models;

namespace OrleansSeg.Federation.Runs;

/// <summary>Does orders on this silo, one at a time, and publishes what comes of them.</summary>
/// <remarks>One at a time, because training takes every thread it is given: two at once would take longer than one after the other.</remarks>
internal sealed class StepRunner(ITrainerWork work, IModelStore models, TimeProvider time) : IDisposable
{
    private readonly SemaphoreSlim _turn = new(1);

    /// <summary>Does an order; ends when the result can be read by every silo.</summary>
    public async Task<StepResult> RunAsync(string trainer, StepOrder order, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            var began = time.GetTimestamp();
            await models.FetchAsync(order.Input, cancellationToken);
            var files = await work.RunAsync(trainer, order, cancellationToken);
            var output = BundleFolder.Write(models.LocalFolder, files);
            await models.PublishAsync(output, cancellationToken);
            return new StepResult(output, files.Values.Sum(file => (long)file.Length), time.GetElapsedTime(began));
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <inheritdoc />
    public void Dispose() => _turn.Dispose();
}
