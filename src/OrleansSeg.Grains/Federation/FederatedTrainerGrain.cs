using Microsoft.Extensions.Logging;
using OrleansSeg.Customers.Storage;
using OrleansSeg.Federation.Privacy;
using OrleansSeg.Federation.Runs;
using OrleansSeg.Model.Bundles;
using OrleansSeg.Model.Federation.SecureAggregation;
using OrleansSeg.Model.Training;
using OrleansSeg.Models;
using OrleansSeg.Placement;

namespace OrleansSeg.Federation;

/// <summary>Does one order at a time in the background of its silo, and remembers the result of the latest one durably before it reports.</summary>
/// <remarks>
/// What a dead silo had half done is done again elsewhere: the result hangs on the order and the data alone, and where there is noise on
/// a seed, which is stored before the first of it is drawn; the secrets of masked rounds are kept before what was made of them is written
/// anywhere. So whatever was already published by then is published again, to the bit.
/// </remarks>
[GrainType("seg.federated-trainer"), TrainingSilos]
internal sealed partial class FederatedTrainerGrain(
    [PersistentState("federated", CustomerStorage.ProviderName)] IPersistentState<TrainerMemory> stored,
    [PersistentState("published", CustomerStorage.ProviderName)] IPersistentState<PublishedBundles> published,
    StepRunner runner,
    INoiseSeeds seeds,
    ILogger<FederatedTrainerGrain> logger) : Grain, IFederatedTrainerGrain, IDisposable
{
    private StepJob? _job;

    private string Trainer => TrainerKey.TrainerIn(this.GetPrimaryKeyString());

    /// <inheritdoc />
    public async Task<StepReport> AskAsync(StepOrder order, CancellationToken cancellationToken)
    {
        if (stored.State is { Step: { } done, Result: { } result })
        {
            if (done == order.Step)
            {
                return new StepReport(order.Step, TrainerStepState.Reported, result, null);
            }

            if (order.Step.IsBefore(done))
            {
                return Late(order);
            }
        }

        if (_job is { } job)
        {
            if (order.Step.IsBefore(job.Order.Step))
            {
                return Late(order);
            }

            if (job.Order == order)
            {
                return job.Ended.IsCompleted ? await EndAsync(job) : new StepReport(order.Step, TrainerStepState.Working, null, null);
            }

            // The coordinator has gone on without this one.
            await StopAsync();
            if (job.Order.Step.IsOfEarlierAttempt(order.Step))
            {
                await DiscardAsync(job);
            }
        }

        if (stored.State is { Step: { } earlier, Result: { } known } && earlier.IsOfEarlierAttempt(order.Step))
        {
            await DiscardAsync(known);
        }

        // The work goes on beside the grain, and comes back to its scheduler to store a seed, or secrets.
        var (memory, turns) = (stored.State, TaskScheduler.Current);
        Task<byte[]> Seed(string data) =>
            Task.Factory.StartNew(() => SeedAsync(order, data), CancellationToken.None, TaskCreationOptions.DenyChildAttach, turns).Unwrap();
        Task Keep(byte[] secrets) => Task.Factory.StartNew(
            () => WriteAsync(stored.State with { Secrets = secrets }), CancellationToken.None, TaskCreationOptions.DenyChildAttach, turns).Unwrap();
        Task Note(string hash) => Task.Factory.StartNew(
            () => NoteAsync(new PublishedBundle(order.Step, hash)), CancellationToken.None, TaskCreationOptions.DenyChildAttach, turns).Unwrap();
        _job = StepJob.Start(order, stop => runner.RunAsync(Trainer, order, memory, new StepNotes(Seed, Keep, Note), stop));
        LogBegan(Trainer, order.Step.Run, order.Step.Phase, order.Step.Round, order.Step.Stage);
        return new StepReport(order.Step, TrainerStepState.Working, null, null);
    }

    /// <inheritdoc />
    public async Task StopAsync(int run)
    {
        if (_job is { } job && job.Order.Step.Run == run)
        {
            await StopAsync();
            await DiscardAsync(job);
        }

        if (stored.State is { Step: { } done, Result: { } result } && done.Run == run)
        {
            await DiscardAsync(result);
        }

        if (await RemoveAsync(bundle => bundle.Step.Run == run) is { Count: > 0 } removed)
        {
            await ListAsync(new PublishedBundles { Bundles = [.. published.State.Bundles.Except(removed)] });
        }
    }

    /// <inheritdoc />
    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        if (_job is { } job)
        {
            job.Cancel();
            await ((Task)job.Ended).WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        }

        runner.Forget(Trainer);
    }

    /// <inheritdoc />
    public void Dispose() => _job?.Dispose();

    /// <summary>What leaves the site of a failure. Messages of most exceptions may name a customer, so only the silo's own log has them.</summary>
    private static string Tell(Exception exception) => exception is InsufficientDataException or BundleCorruptException or StepDataChangedException
            or SecureMessageRefusedException or TooFewSurvivorsException
        ? exception.Message
        : $"{exception.GetType().Name}; the log of the trainer's silo has the rest.";

    private static StepReport Late(StepOrder order) => new(order.Step, TrainerStepState.Failed, null, "A later step has begun.");

    private async Task<StepReport> EndAsync(StepJob job)
    {
        FinishedStep finished;
        try
        {
            finished = await job.Ended;
        }
        catch (Exception exception)
        {
            // The next order, or the same one again, begins anew.
            LogFailed(Trainer, job.Order.Step.Run, job.Order.Step.Phase, job.Order.Step.Round, job.Order.Step.Stage, exception);
            Forget();
            return new StepReport(job.Order.Step, TrainerStepState.Failed, null, Tell(exception));
        }

        // The seed goes: the noise is in the result, and nobody can take it out again.
        var known = stored.State;
        await WriteAsync(known with
        {
            Step = job.Order.Step, Result = finished.Result, Private = finished.Memory ?? known.Private, Secrets = finished.Secrets ?? known.Secrets, Seed = null,
        });
        Forget();
        return new StepReport(job.Order.Step, TrainerStepState.Reported, finished.Result, null);
    }

    /// <summary>The seed of the step under way. No other write meets this one: results are written when the work has ended.</summary>
    private async Task<byte[]> SeedAsync(StepOrder order, string data)
    {
        if (stored.State.Seed is { } known && known.Step == order.Step)
        {
            return (known.Input, known.Data) == (order.Input, data) ? known.Seed : throw new StepDataChangedException();
        }

        var drawn = new StoredSeed(order.Step, order.Input, data, seeds.Draw(TrainerKey.FederationIn(this.GetPrimaryKeyString()), Trainer, order.Step));
        await WriteAsync(stored.State with { Seed = drawn });
        return drawn.Seed;
    }

    /// <summary>Lists a bundle before it is written. Those of earlier rounds go: nobody needs them any more.</summary>
    private async Task NoteAsync(PublishedBundle bundle)
    {
        if (!published.State.Bundles.Contains(bundle))
        {
            var removed = await RemoveAsync(known => !known.IsOfRound(bundle.Step));
            await ListAsync(published.State.With(bundle, removed));
        }
    }

    /// <summary>Removes bundles from the model store; returns those that are known to be gone.</summary>
    private async Task<List<PublishedBundle>> RemoveAsync(Func<PublishedBundle, bool> which)
    {
        var removed = new List<PublishedBundle>();
        foreach (var bundle in published.State.Bundles.Where(which).ToList())
        {
            try
            {
                await GrainFactory.GetGrain<IBundleGrain>(bundle.Hash).RemoveAsync();
                removed.Add(bundle);
            }
            catch (Exception exception)
            {
                // It stays on the list, and goes another time.
                LogNotRemoved(Trainer, bundle.Hash, exception);
            }
        }

        return removed;
    }

    private async Task ListAsync(PublishedBundles next)
    {
        var before = published.State;
        published.State = next;
        try
        {
            await published.WriteStateAsync();
        }
        catch
        {
            published.State = before;
            DeactivateOnIdle();
            throw;
        }
    }

    private async Task WriteAsync(TrainerMemory memory)
    {
        var before = stored.State;
        stored.State = memory;
        try
        {
            await stored.WriteStateAsync();
        }
        catch
        {
            // What is stored is not known; another activation reads it.
            stored.State = before;
            DeactivateOnIdle();
            throw;
        }
    }

    private async Task DiscardAsync(StepJob job)
    {
        if (job.Ended.IsCompletedSuccessfully)
        {
            await DiscardAsync((await job.Ended).Result);
        }
    }

    /// <summary>The run is over, or has begun anew to forget: nobody may have heard of this result, which then nobody else removes.</summary>
    private async Task DiscardAsync(StepResult result)
    {
        try
        {
            await GrainFactory.GetGrain<IBundleGrain>(result.Output).RemoveAsync();
        }
        catch (Exception exception)
        {
            LogNotDiscarded(Trainer, result.Output, exception);
        }
    }

    private async Task StopAsync()
    {
        _job!.Cancel();
        await ((Task)_job.Ended).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        Forget();
    }

    private void Forget()
    {
        _job?.Dispose();
        _job = null;
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Trainer {Trainer} begins run {Run}, {Phase} {Round}, {Stage}.")]
    private partial void LogBegan(string trainer, int run, RunPhase phase, int round, RoundStage stage);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Trainer {Trainer}: result {Output} of a run that is over, or has begun anew, is still there.")]
    private partial void LogNotDiscarded(string trainer, string output, Exception exception);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Trainer {Trainer} could not remove its bundle {Bundle}; it is tried again.")]
    private partial void LogNotRemoved(string trainer, string bundle, Exception exception);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Trainer {Trainer} could not do run {Run}, {Phase} {Round}, {Stage}.")]
    private partial void LogFailed(string trainer, int run, RunPhase phase, int round, RoundStage stage, Exception exception);
}

/// <summary>What a trainer stores: its latest result.</summary>
[GenerateSerializer, Immutable, Alias("seg.trainer-memory")]
internal sealed record TrainerMemory
{
    /// <summary>The step it reported last.</summary>
    [Id(0)]
    public StepKey? Step { get; init; }

    /// <summary>What it reported.</summary>
    [Id(1)]
    public StepResult? Result { get; init; }

    /// <summary>What it keeps for its next step; it leaves neither the trainer nor its site.</summary>
    [Id(2)]
    public byte[]? Private { get; init; }

    /// <summary>Keys of masked rounds, and what it has done with them; it leaves neither the trainer nor its site.</summary>
    [Id(3)]
    public byte[]? Secrets { get; init; }

    /// <summary>What the noise of the step under way is made of; null where there is none.</summary>
    [Id(4)]
    public StoredSeed? Seed { get; init; }
}
