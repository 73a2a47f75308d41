using System.CommandLine;
using OrleansSeg.Cli.Import;
using OrleansSeg.Cli.Output;
using OrleansSeg.Cli.Rounds;
using OrleansSeg.Cli.Sessions;
using OrleansSeg.Client;
using OrleansSeg.Events;
using OrleansSeg.Federation;
using OrleansSeg.Model.Federation.Rounds;
using Spectre.Console;

namespace OrleansSeg.Cli.Verbs;

/// <summary><c>rounds</c>: federated training of one model on several sites' customers.</summary>
internal static class RoundsVerb
{
    private const int HistoryMax = 100;

    public static Command Create(VerbRunner runner)
    {
        var federation = new Option<string>("--federation") { Description = "The federation; each has its own runs.", DefaultValueFactory = _ => "default", Recursive = true };
        federation.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && !CustomerKey.IsSite(token.Value))
            {
                result.AddError($"--federation: '{token.Value}' must have 1 to 32 characters of a-z, 0-9 and '-'.");
            }
        });
        var command = new Command("rounds", "Trains one model on several sites, each on its own silos.") { federation };
        var verbs = new Verbs(runner, federation);
        foreach (var verb in new[] { Plan(runner), Start(verbs), Status(verbs), Watch(verbs), Cancel(verbs), History(verbs), Schedule(verbs), Report(verbs) })
        {
            command.Subcommands.Add(verb);
        }

        return command;
    }

    private static Command Plan(VerbRunner runner)
    {
        var options = new PlanOptions();
        var command = new Command("plan", "Prints and checks the plan that 'start' would use; starts nothing.");
        options.AddTo(command);
        return runner.Bind(command, (context, _) =>
        {
            var plan = options.Read(context.Parsed, context.Settings);
            context.Output.Answer(PlanDocument.Of(plan), screen => screen.Write(RunTables.Plan(plan)));
            return Task.FromResult(ExitCodes.Done);
        });
    }

    private static Command Start(Verbs verbs)
    {
        var options = new PlanOptions();
        var watch = new Option<bool>("--watch") { Description = "Follow the run to its end." };
        var command = new Command("start", "Starts a run.") { watch };
        options.AddTo(command);
        return verbs.Bind(
            command,
            context => options.Read(context.Parsed, context.Settings),
            (context, plan, runs, cancellationToken) => runs.StartAsync(plan, context.Parsed.GetValue(watch), cancellationToken));
    }

    private static Command Status(Verbs verbs)
    {
        var run = RunNumber();
        return verbs.Bind(new Command("status", "Prints how a run stands.") { run }, run, (runs, number, cancellationToken) => runs.StatusAsync(number, cancellationToken));
    }

    private static Command Watch(Verbs verbs)
    {
        var run = RunNumber();
        return verbs.Bind(
            new Command("watch", "Follows a run to its end; Ctrl-C stops watching only.") { run }, run, (runs, number, cancellationToken) => runs.WatchAsync(number, cancellationToken));
    }

    private static Command Cancel(Verbs verbs)
    {
        var run = RunNumber();
        return verbs.Bind(
            new Command("cancel", "Stops the run under way; nothing of it goes into service.") { run }, run, (runs, number, cancellationToken) => runs.CancelAsync(number, cancellationToken));
    }

    private static Command History(Verbs verbs)
    {
        var limit = new Option<int>("--limit") { Description = $"Most runs to print, 1 to {HistoryMax}.", DefaultValueFactory = _ => 20 };
        var before = new Option<int?>("--before") { Description = "Only runs with a lower number." };
        return verbs.Bind(
            new Command("history", "Lists runs, latest first.") { limit, before },
            context => context.Parsed.GetValue(limit) is var most && most is >= 1 and <= HistoryMax ? most : throw new UsageException($"--limit must be 1 to {HistoryMax}, not {most}."),
            (context, most, runs, cancellationToken) => runs.HistoryAsync(context.Parsed.GetValue(before), most, cancellationToken));
    }

    private static Command Schedule(Verbs verbs)
    {
        var options = new PlanOptions();
        var cron = new Option<string?>("--cron") { Description = "When: minute, hour, day of the month, month, day of the week; or a name such as @daily." };
        var zone = new Option<string>("--time-zone") { Description = "The time zone it is read in, such as Europe/London.", DefaultValueFactory = _ => "UTC" };
        var off = new Option<bool>("--off") { Description = "Start no more runs." };
        var command = new Command("schedule", "Prints when runs start by themselves; with --cron or --off, changes it.") { cron, zone, off };
        options.AddTo(command);
        return verbs.Bind(
            command,
            context => ReadSchedule(context, context.Parsed.GetValue(cron), context.Parsed.GetValue(zone)!, context.Parsed.GetValue(off), options),
            (_, change, runs, cancellationToken) => runs.ScheduleAsync(change, cancellationToken));
    }

    private static ScheduleChange ReadSchedule(VerbContext context, string? cron, string zone, bool off, PlanOptions options)
    {
        if (cron is null || off)
        {
            return cron is null ? new ScheduleChange(off, null) : throw new UsageException("Give --cron or --off, not both.");
        }

        try
        {
            CronSchedule.Parse(cron, zone);
        }
        catch (FormatException exception)
        {
            throw new UsageException(exception.Message);
        }

        return new ScheduleChange(true, new FederationSchedule(cron, zone, options.Read(context.Parsed, context.Settings)));
    }

    private static Command Report(Verbs verbs)
    {
        var run = RunNumber();
        var file = new Option<FileInfo>("--out") { Description = "The HTML file to write; it needs no other file.", Required = true };
        return verbs.Bind(
            new Command("report", "Writes a run's report: plan, outcome, rounds, charts.") { run, file },
            context => context.Parsed.GetValue(file)!,
            (context, target, runs, cancellationToken) => runs.ReportAsync(context.Parsed.GetValue(run), target, cancellationToken));
    }

    private static Argument<int?> RunNumber() => new("run") { Description = "The run's number; the latest when left out.", Arity = ArgumentArity.ZeroOrOne };

    /// <summary>Verbs that need the coordinator.</summary>
    private sealed class Verbs(VerbRunner runner, Option<string> federation)
    {
        public Command Bind(Command command, Argument<int?> run, Func<RunCommands, int?, CancellationToken, Task<int>> act) => Bind(
            command, context => context.Parsed.GetValue(run), (_, number, runs, cancellationToken) => act(runs, number, cancellationToken));

        /// <summary>Binds a command whose line is read, and refused if it is wrong, before anything is opened.</summary>
        public Command Bind<T>(Command command, Func<VerbContext, T> read, Func<VerbContext, T, RunCommands, CancellationToken, Task<int>> act) =>
            runner.Bind(command, async (context, cancellationToken) =>
            {
                var said = read(context);
                var name = context.Parsed.GetValue(federation)!;
                await using var session = await ClusterSession.OpenAsync(context.Settings, "rounds", cancellationToken);
                var coordinator = session.Grains.GetGrain<IFederatedCoordinatorGrain>(name);
                var runs = new RunCommands(coordinator, name, context.Output, hostsSilo: session.Silo is not null, TimeProvider.System)
                {
                    Score = session.Silo is null ? null : (site, token) => SweepProgress.RunAsync(context.Output, session.Grains, new SegmentationClient(session.Grains, site), token),
                };
                return await act(context, said, runs, cancellationToken);
            });
    }
}
