using System.Text.Json;
using OrleansSeg.Federation.Privacy;
using OrleansSeg.Model.Bundles;
using OrleansSeg.Models;

namespace OrleansSeg.Federation.Runs;

/// <summary>Does orders on this silo, one at a time, and publishes what comes of them.</summary>
/// <remarks>One at a time, because training takes every thread it is given: two at once would take longer than one after the other.</remarks>
internal sealed class StepRunner(ITrainerWork work, IModelStore models, TimeProvider time) : IDisposable
{
    private const string OriginFile = "origin.json";

    private readonly SemaphoreSlim _turn = new(1);

    /// <summary>Does an order; ends when the result can be read by every silo.</summary>
    /// <param name="trainer">The trainer's id.</param>
    /// <param name="order">What to do.</param>
    /// <param name="memory">What the trainer has kept.</param>
    /// <param name="notes">What the trainer stores meanwhile.</param>
    /// <param name="cancellationToken">Stops between two steps of the work.</param>
    public async Task<FinishedStep> RunAsync(
        string trainer, StepOrder order, TrainerMemory memory, StepNotes notes, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            var began = time.GetTimestamp();
            await models.FetchAsync(order.Input, cancellationToken);
            var made = await work.RunAsync(trainer, order, memory, notes.Seed, cancellationToken);
            if (made.SecretsBefore is { } secrets)
            {
                await notes.Keep(secrets);
            }

            // No other step makes the same bundle, so that it can go with the round.
            var origin = JsonSerializer.SerializeToUtf8Bytes(new { trainer, order.Step, order.Input }, BundleJson.Compact);
            var files = made.Files.Append(new(OriginFile, origin)).ToDictionary();
            await notes.List(BundleFolder.HashOf(files));
            var output = await models.WriteAsync(files, cancellationToken);
            return new FinishedStep(new StepResult(output, made.Files.Values.Sum(file => (long)file.Length), time.GetElapsedTime(began)), made.Memory, made.SecretsAfter);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>The trainer leaves the silo.</summary>
    public void Forget(string trainer) => work.Forget(trainer);

    /// <inheritdoc />
    public void Dispose() => _turn.Dispose();
}

/// <summary>What a trainer stores while it does a step.</summary>
/// <param name="Seed">Where the step's noise comes from.</param>
/// <param name="Keep">Keeps secrets durably. What they were used for is not written, not even to a folder of this silo, before it has ended.</param>
/// <param name="List">Lists a bundle, which is not written before it has ended.</param>
internal sealed record StepNotes(StepSeed Seed, Func<byte[], Task> Keep, Func<string, Task> List);

/// <summary>A step that a trainer has done.</summary>
/// <param name="Result">What it reports.</param>
/// <param name="Memory">What it keeps; null to keep what it has.</param>
/// <param name="Secrets">Secrets that it keeps; null to keep those it has.</param>
internal sealed record FinishedStep(StepResult Result, byte[]? Memory, byte[]? Secrets);
