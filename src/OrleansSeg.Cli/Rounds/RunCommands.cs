using System.Globalization;
using OrleansSeg.Cli.Output;
using OrleansSeg.Cli.Rounds.Report;
using OrleansSeg.Federation;
using OrleansSeg.Model.Experiments;

namespace OrleansSeg.Cli.Rounds;

/// <summary>What the verbs of <c>rounds</c> do with a coordinator.</summary>
/// <param name="coordinator">The federation's coordinator.</param>
/// <param name="federation">The federation's name.</param>
/// <param name="output">Where answers go.</param>
/// <param name="hostsSilo">Whether the silo lives in this process, so that runs stand still once it ends.</param>
/// <param name="time">The clock.</param>
internal sealed class RunCommands(IFederatedCoordinatorGrain coordinator, string federation, VerbOutput output, bool hostsSilo, TimeProvider time)
{
    private const int RoundsMax = 100;

    /// <summary>Scores a site's customers with the model in service. Where the silo lives in this process nobody else will until a server runs; null where one does.</summary>
    public Func<string, CancellationToken, Task>? Score { get; init; }

    /// <summary>Starts a run, and follows it when asked to.</summary>
    public async Task<int> StartAsync(FederatedPlan plan, bool watch, CancellationToken cancellationToken)
    {
        var run = await RefusableAsync(coordinator.StartAsync(plan, cancellationToken));
        if (watch)
        {
            return await FollowAsync(run, cancellationToken);
        }

        Answer(run);
        SayHowItGoesOn(run);
        return ExitCodes.Done;
    }

    /// <summary>Prints how a run stands.</summary>
    public async Task<int> StatusAsync(int? number, CancellationToken cancellationToken)
    {
        var run = await FindAsync(number, cancellationToken);
        Answer(run);
        SayHowItGoesOn(run);
        return ExitCodes.Done;
    }

    /// <summary>Follows a run to its end.</summary>
    public async Task<int> WatchAsync(int? number, CancellationToken cancellationToken) =>
        await FollowAsync(await FindAsync(number, cancellationToken), cancellationToken);

    /// <summary>Cancels the run under way.</summary>
    public async Task<int> CancelAsync(int? number, CancellationToken cancellationToken)
    {
        var run = number ?? (await FindAsync(null, cancellationToken)).Run;
        Answer(await RefusableAsync(coordinator.CancelAsync(run, cancellationToken)));
        return ExitCodes.Done;
    }

    /// <summary>Prints runs, latest first.</summary>
    public async Task<int> HistoryAsync(int? before, int limit, CancellationToken cancellationToken)
    {
        var runs = await coordinator.GetHistoryAsync(before, limit, cancellationToken);
        output.Answer(runs.Select(run => RunDocument.Of(federation, run)), screen =>
        {
            if (runs.IsEmpty)
            {
                screen.WriteLine(before is null ? $"No run of '{federation}' yet: run 'orleansseg rounds start'." : $"No run of '{federation}' before {before}.");
            }
            else
            {
                screen.Write(RunTables.History(runs));
            }
        });
        return ExitCodes.Done;
    }

    /// <summary>Prints the schedule, after changing it where that was asked for.</summary>
    public async Task<int> ScheduleAsync(ScheduleChange change, CancellationToken cancellationToken)
    {
        var now = change.IsAsked
            ? await RefusableAsync(coordinator.SetScheduleAsync(change.Schedule, cancellationToken))
            : await coordinator.GetScheduleAsync(cancellationToken);
        output.Answer(ScheduleDocument.Of(federation, now), screen =>
        {
            if (now is null)
            {
                screen.WriteLine($"Runs of '{federation}' start by hand only.");
                return;
            }

            screen.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Runs of '{federation}' start by '{now.Schedule.Cron}' in {now.Schedule.TimeZone}; the next is due {now.NextAt:u}."));
            screen.Write(RunTables.Plan(now.Schedule.Plan));
        });
        if (now is not null && hostsSilo)
        {
            output.Say("No server runs, so nothing starts by itself until 'orleansseg serve'; what is missed until then is made good by one run.");
        }

        return ExitCodes.Done;
    }

    /// <summary>Writes a run's report.</summary>
    public async Task<int> ReportAsync(int? number, FileInfo target, CancellationToken cancellationToken)
    {
        var run = await FindAsync(number, cancellationToken);

        DurableFile.Write(target.FullName, RunReport.Write(federation, run, time.GetUtcNow()));
        output.Answer(new { federation, run = run.Run, file = target.FullName }, screen => screen.WriteLine($"The report of run {run.Run} is in {target.FullName}."));
        return ExitCodes.Done;
    }

    private async Task<int> FollowAsync(RunStatus run, CancellationToken cancellationToken)
    {
        try
        {
            var ended = await RunWatch.RunAsync(output, federation, token => FindAsync(run.Run, token), time, cancellationToken);
            await ScoreAsync(ended, cancellationToken);
            Answer(ended);
            return ended.Phase == RunPhase.Done ? ExitCodes.Done : ExitCodes.Failed;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            output.Say($"Run {run.Run} of '{federation}' is watched no more.");
            SayHowItGoesOn(run);
            return ExitCodes.Failed;
        }
    }

    private async Task ScoreAsync(RunStatus ended, CancellationToken cancellationToken)
    {
        if (Score is null)
        {
            return;
        }

        foreach (var site in ended.Versions.Keys)
        {
            await Score(site, cancellationToken);
        }
    }

    private async Task<RunStatus> FindAsync(int? number, CancellationToken cancellationToken) =>
        await coordinator.GetStatusAsync(number, cancellationToken)
        ?? throw new VerbFailedException(number is null
            ? $"No run of '{federation}' yet: run 'orleansseg rounds start'."
            : $"There is no run {number} of '{federation}'.");

    private static async Task<T> RefusableAsync<T>(Task<T> call)
    {
        try
        {
            return await call;
        }
        catch (InvalidOperationException exception)
        {
            throw new VerbFailedException(exception.Message);
        }
    }

    private void Answer(RunStatus run) =>
        output.Answer(RunDocument.Of(federation, run), screen => screen.Write(RunTables.Run(federation, run, RoundsMax)));

    private void SayHowItGoesOn(RunStatus run)
    {
        if (run.HasEnded())
        {
            return;
        }

        output.Say(hostsSilo
            ? $"No server runs, so run {run.Run} stands still when this command ends. Nothing is lost: it resumes with 'orleansseg serve' or 'orleansseg rounds watch'."
            : $"Run {run.Run} goes on at the server; 'orleansseg rounds watch' follows it.");
    }
}
