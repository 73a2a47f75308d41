using System.CommandLine;
using System.Globalization;
using OrleansSeg.Cli.Bench.Chaos.Stores;
using OrleansSeg.Cli.Verbs;
using Spectre.Console;

namespace OrleansSeg.Cli.Bench.Chaos;

/// <summary><c>bench chaos</c>: measures nothing but whether a cluster of real processes keeps its promises while it is broken.</summary>
internal static class ChaosBench
{
    private const int SilosDefault = 3;
    private const int GrowthMax = 2;

    public static Command Create(VerbRunner runner)
    {
        var minutes = new Option<double>("--minutes") { Description = "How long faults and load go on, 0.1 to 600.", DefaultValueFactory = _ => 10 };
        minutes.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && double.TryParse(token.Value, CultureInfo.InvariantCulture, out var value) && value is not (>= 0.1 and <= 600))
            {
                result.AddError($"--minutes must be 0.1 to 600, not {token.Value}.");
            }
        });
        var store = new Option<string>("--store") { Description = "The store whose server is broken too.", DefaultValueFactory = _ => "sqlite" };
        store.AcceptOnlyFromAmong([.. StoreServers.Names]);
        var command = new Command("chaos", "Breaks a cluster of processes under load, and proves that nothing acknowledged was lost or counted twice.") { minutes, store };
        return runner.Bind(command, async (context, cancellationToken) =>
        {
            var report = await RunAsync(context, context.Parsed.GetValue(store)!, TimeSpan.FromMinutes(context.Parsed.GetValue(minutes)), cancellationToken);
            context.Output.Answer(report, screen => Write(screen, report));
            if (report.IsSound())
            {
                return ExitCodes.Done;
            }

            context.Output.Say($"The run with --seed {report.Seed} broke a promise:");
            foreach (var line in report.Problems.Concat(report.History))
            {
                context.Output.Say($"  {line}");
            }

            return ExitCodes.Failed;
        });
    }

    private static async Task<ChaosReport> RunAsync(VerbContext context, string store, TimeSpan duration, CancellationToken cancellationToken)
    {
        if (StoreServers.MissingFor(store) is { } missing)
        {
            throw new VerbFailedException($"bench chaos --store {store} {missing}.");
        }

        using var folder = BenchFolder.Create(context.Settings);
        var silos = store == "sqlite" ? 1 : SilosDefault;
        var settings = new ChaosSettings(store, duration, silos, silos == 1 ? 1 : silos + GrowthMax, context.Settings.Seed, folder.FullPath);
        await using var server = StoreServers.Create(store, Path.Combine(folder.FullPath, "server"));
        try
        {
            return await ChaosRun.RunAsync(settings, server, context.Output.Say, cancellationToken);
        }
        catch (InvalidOperationException exception)
        {
            throw new VerbFailedException($"The run with --seed {context.Settings.Seed} could not go on: {exception.Message}");
        }
    }

    private static void Write(IAnsiConsole screen, ChaosReport report)
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumns("store", "silos", "minutes", "faults", "acknowledged", "lost", "duplicated", "look-ups", "failed", "worst recovery");
        table.AddRow(new[]
        {
            (object)report.Store, report.Silos, report.Minutes, report.Faults, report.EventsAcknowledged, report.EventsLost,
            report.EventsDuplicated, report.Lookups, report.LookupFailures, $"{report.WorstRecoveryMs} ms",
        }.Select(cell => Markup.Escape(Convert.ToString(cell, CultureInfo.InvariantCulture)!)).ToArray());
        screen.Write(table);
    }
}
