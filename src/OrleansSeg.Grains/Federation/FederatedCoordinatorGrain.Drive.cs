using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using OrleansSeg.Federation.Privacy;
using OrleansSeg.Federation.Runs;
using OrleansSeg.Hosting;
using OrleansSeg.Model.Federation.SecureAggregation;
using OrleansSeg.Model.Training;
using OrleansSeg.Models;

namespace OrleansSeg.Federation;

/// <summary>The drive: asks trainers, closes steps, registers the model.</summary>
internal sealed partial class FederatedCoordinatorGrain
{
    private static readonly TimeSpan AnswerMax = TimeSpan.FromSeconds(10);

    private void StartDriving() => _timer ??= this.RegisterGrainTimer(
        DriveAsync, new GrainTimerCreationOptions(TimeSpan.Zero, _options.PollInterval) { Interleave = true, KeepAlive = true });

    private async Task DriveAsync(CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _stop.Token);
        try
        {
            await ChangeAsync(async () =>
            {
                await AdvanceAsync(stop.Token);
                await TidyAsync(stop.Token);
            });
        }
        catch (Exception) when (stop.IsCancellationRequested)
        {
            // Another activation goes on.
        }
        catch (Exception exception)
        {
            LogDriveFailed(Name, _store.Latest, exception);
        }

        if (IsIdle)
        {
            _timer?.Dispose();
            _timer = null;
            await ForgetReminderAsync();
        }
    }

    /// <summary>Does all that can be done now.</summary>
    private async Task AdvanceAsync(CancellationToken cancellationToken)
    {
        for (var isMoving = true; isMoving && _store.Run is { HasEnded: false } run;)
        {
            cancellationToken.ThrowIfCancellationRequested();
            // A step that can be closed is closed first: what a crash has left written for it is so known, and goes too.
            if (RunMachine.Decide(run, Now).Kind != StepDecisionKind.Close && await _beginnings.RestartAsync(run, cancellationToken) is { } because)
            {
                await WriteAsync(RunMachine.Restarted(run, because, Now));
                LogRestarted(Name, run.Number, run.Phase, run.Round, because);
                if (_store.Run is { HasEnded: true } ended)
                {
                    StopTrainers(ended);
                }

                continue;
            }

            isMoving = run.Phase switch
            {
                RunPhase.Opening => await OpenAsync(run, cancellationToken),
                RunPhase.Promoting => await RegisterAsync(run, cancellationToken),
                _ => await AskAsync(run, cancellationToken),
            };
        }
    }

    private async Task<bool> OpenAsync(RunState run, CancellationToken cancellationToken)
    {
        if (await ComputeAsync(run, OpenAsync, cancellationToken) is { } opening)
        {
            await WriteAsync(RunMachine.Opened(opening.Run, opening.Input, Now) with { Erased = opening.Run.Beginning!.Erasures });
        }

        return true;

        async Task<Opening> OpenAsync()
        {
            var begun = run with { Beginning = await _beginnings.OfAsync(run, cancellationToken) };
            return new Opening(begun, await _work.OpenAsync(begun, cancellationToken));
        }
    }

    /// <summary>Asks every trainer that owes the step something; returns whether the run went on to another step.</summary>
    private async Task<bool> AskAsync(RunState run, CancellationToken cancellationToken)
    {
        var answers = await Task.WhenAll(OrdersOf(run).Select(order => AskAsync(order.Trainer, order.Order, cancellationToken)));
        var heard = answers.Aggregate(run, (state, answer) => answer.Report is { } report ? RunMachine.Heard(state, answer.Trainer, report, Now) : state);
        foreach (var (trainer, report) in answers.Where(answer => answer.Report is not null))
        {
            _heard[trainer] = report!;
        }

        if (heard != run)
        {
            await WriteAsync(heard);
        }

        var decision = RunMachine.Decide(heard, Now);
        switch (decision.Kind)
        {
            case StepDecisionKind.Close:
                var working = answers.Where(answer => answer.Report?.State == TrainerStepState.Working).Select(answer => answer.Trainer);
                heard = await BeginClosingAsync(heard, [.. working.Order(StringComparer.Ordinal)]);
                if (await ComputeAsync(heard, () => _work.CloseAsync(heard, cancellationToken), cancellationToken) is { } closing)
                {
                    var erased = await _beginnings.ErasedAsync(heard, cancellationToken);
                    await WriteAsync(RunMachine.Closed(heard, closing, Now) with { Erased = erased }, [closing.Output, .. closing.Verdict?.Models.Values.Select(model => model.Sha256) ?? []]);
                    LogClosed(Name, heard.Number, heard.Phase, heard.Round, heard.Stage, heard.Reports.Count);
                }

                return true;
            case StepDecisionKind.Fail:
                await EndAsync(heard, RunPhase.Failed, decision.Reason!);
                return false;
            case StepDecisionKind.Retry:
                await FailAsync(heard, decision.Reason!);
                return true;
            default:
                return false;
        }
    }

    /// <summary>What trainers that owe something are asked: the step under way, or the round that they are late with.</summary>
    private static IEnumerable<(string Trainer, StepOrder Order)> OrdersOf(RunState run)
    {
        var order = new StepOrder(run.Step, run.Input, run.Plan.TrainersPerSite, run.Watermark, run.Exchange);
        return run.IsClosing ? [] : run.Outstanding.Select(trainer => (trainer, order with { Erasures = run.Erased.GetValueOrDefault(TrainerKey.SiteOf(trainer)) })).Concat(run.Late.Where(late => late.Value.Result is null).Select(late =>
            (late.Key, order with { Step = LateTrainers.StepOf(run, late.Value), Input = late.Value.Input, Erasures = late.Value.Erasures })));
    }

    /// <summary>Stores that the step's reports are final, and with it the noise of their sum, before anybody can see what is made of them.</summary>
    private async Task<RunState> BeginClosingAsync(RunState run, ImmutableArray<string> working)
    {
        if (run.IsClosing)
        {
            return run;
        }

        var closing = RunMachine.Closing(
            run, new StepWitness(working, [.. run.Plan.Trainers.Where(IsAway)]), RunMachine.NeedsSeed(run) ? _seeds.Draw(Name, "coordinator", run.Step) : null);
        await WriteAsync(closing);
        return closing;
    }

    /// <summary>Computes off the grain's scheduler. What fails for the data's or the plan's sake ends the run at once, anything else once the step's time is over.</summary>
    /// <returns>Null when the run has ended by it, or the round begins anew.</returns>
    private async Task<T?> ComputeAsync<T>(RunState run, Func<Task<T>> compute, CancellationToken cancellationToken)
        where T : class
    {
        try
        {
            return await Task.Run(compute, cancellationToken);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested
            && (exception is InsufficientDataException or ArgumentException or TooFewSurvivorsException or SecureMessageRefusedException || Now - run.StepStartedAt >= run.Plan.DeadlineMax))
        {
            LogDriveFailed(Name, run.Number, exception);
            await FailAsync(run, exception.Message);
            return null;
        }
    }

    private async Task<(string Trainer, StepReport? Report)> AskAsync(string trainer, StepOrder order, CancellationToken cancellationToken)
    {
        try
        {
            return (trainer, await TrainerOf(trainer).AskAsync(order, cancellationToken).WaitAsync(AnswerMax, _time, cancellationToken));
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            // Its silo may be going; the deadline counts, not this.
            LogSilent(Name, trainer, exception.Message);
            return (trainer, null);
        }
    }

    /// <summary>Registers the model at each site; whoever did so before a crash finds the same bundle under its version.</summary>
    private async Task<bool> RegisterAsync(RunState run, CancellationToken cancellationToken)
    {
        var verdict = run.Verdict!;
        foreach (var (site, model) in verdict.Models.Where(model => !run.Versions.ContainsKey(model.Key)))
        {
            var registered = await _grains.GetGrain<IModelRegistryGrain>(site).PublishAsync(RunBeginning.Describe(run, site, model), verdict.Promote, cancellationToken);
            run = RunMachine.Registered(run, site, registered.Version);
            await WriteAsync(run);
        }

        await EndAsync(run, RunPhase.Done, RunPrivacy.Tell(run, verdict.Reason));
        return false;
    }

    private async Task FailAsync(RunState run, string reason)
    {
        var failed = RunMachine.Failed(run, reason, Now);
        await WriteAsync(failed);
        if (failed.HasEnded)
        {
            StopTrainers(failed);
            LogEnded(Name, run.Number, failed.Phase, failed.Outcome!);
        }
        else
        {
            LogRetried(Name, run.Number, run.Round, reason);
        }
    }

    private async Task EndAsync(RunState run, RunPhase how, string outcome)
    {
        await WriteAsync(RunMachine.Ended(run, how, outcome, Now));
        StopTrainers(run);
        LogEnded(Name, run.Number, how, outcome);
    }

    /// <summary>Writes; when that fails what is stored is not known, and another activation has to read it.</summary>
    private async Task KeepAsync(Func<Task> write)
    {
        try
        {
            await write();
        }
        catch (Exception exception)
        {
            LogLost(Name, exception);
            await _stop.CancelAsync();
            GrainContext.Deactivate(LostStore.Reason);
            throw;
        }
    }

    /// <summary>One change at a time, and none once the activation is to end.</summary>
    private async Task ChangeAsync(Func<Task> change)
    {
        await _changing.WaitAsync();
        try
        {
            await (_stop.IsCancellationRequested
                ? throw new SiloUnavailableException($"The coordinator of '{Name}' leaves its silo; the call can be repeated.")
                : change());
        }
        finally
        {
            _changing.Release();
        }
    }

    private async Task ForgetReminderAsync()
    {
        if (!_hasReminders)
        {
            return;
        }

        try
        {
            if (_store.Schedule is null && IsIdle && await this.GetReminder(WakeReminder) is { } reminder)
            {
                await this.UnregisterReminder(reminder);
            }
        }
        catch (Exception exception)
        {
            LogDriveFailed(Name, _store.Latest, exception);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Federation {Name}: run {Run}, {Phase} {Round}, {Stage}, is closed with {Reports} reports.")]
    private partial void LogClosed(string name, int run, RunPhase phase, int round, RoundStage stage, int reports);

    [LoggerMessage(Level = LogLevel.Information, Message = "Federation {Name}: run {Run} begins anew, in {Phase} {Round}: {Because}")]
    private partial void LogRestarted(string name, int run, RunPhase phase, int round, string because);

    [LoggerMessage(Level = LogLevel.Information, Message = "Federation {Name}: run {Run} ends, {How}: {Outcome}")]
    private partial void LogEnded(string name, int run, RunPhase how, string outcome);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Federation {Name}: round {Round} of run {Run} begins anew with fresh masks: {Reason}")]
    private partial void LogRetried(string name, int run, int round, string reason);

    [LoggerMessage(Level = LogLevel.Debug, Message = "Federation {Name}: trainer {Trainer} does not answer: {Reason}")]
    private partial void LogSilent(string name, string trainer, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The coordinator of {Name} does not know what is stored: it is read anew by another activation.")]
    private partial void LogLost(string name, Exception exception);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Federation {Name}: run {Run} was held up; it is tried again.")]
    private partial void LogDriveFailed(string name, int run, Exception exception);

    /// <summary>A run's first transition.</summary>
    private sealed record Opening(RunState Run, string Input);
}
