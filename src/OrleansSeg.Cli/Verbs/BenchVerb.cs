using System.CommandLine;
using OrleansSeg.Cli.Bench;
using OrleansSeg.Cli.Bench.Chaos;
using OrleansSeg.Cli.Bench.Federation;
using OrleansSeg.Cli.Bench.Federation.Cluster;

namespace OrleansSeg.Cli.Verbs;

/// <summary><c>bench NAME</c>: measures one thing on this machine, so that every published number can be run again.</summary>
internal static class BenchVerb
{
    private static readonly IBenchmark[] All = [new ImportBench(), new RecordBench(), new LookUpBench(), new ClassifyBench(), new RescoreBench(), new MemoryBench()];

    public static Command Create(VerbRunner runner)
    {
        var name = new Argument<string>("name") { Description = string.Join(" ", All.Select(bench => $"{bench.Name}: {bench.Description}")) };
        name.AcceptOnlyFromAmong([.. All.Select(bench => bench.Name)]);
        var seconds = Bounded("--seconds", "How long to measure, preparation not counted.", 20, 1, 600);
        var callers = Bounded("--callers", "Calls in flight at one time.", 64, 1, 10_000);
        var customers = new Option<int?>("--customers") { Description = "Customers to work on; each benchmark has its own default." };
        var events = Bounded("--events", "Events each customer has before measuring begins.", 20, 1, 10_000);
        var rate = new Option<double>("--rate") { Description = "Events per second to hold, for rescore.", DefaultValueFactory = _ => 50 };
        var rows = Bounded("--rows", "Rows of a generated file, for import.", 200_000, 1, 100_000_000);
        var file = new Option<FileInfo?>("--file") { Description = "A file to import instead of a generated one." };
        var layout = new Option<string?>("--layout") { Description = "Layout of --file." };
        var command = new Command("bench", "Measures this machine.") { name, seconds, callers, customers, events, rate, rows, file, layout };
        command.Subcommands.Add(ChaosBench.Create(runner));
        command.Subcommands.Add(FederatedBench.Create(runner));
        command.Subcommands.Add(OverheadBench.Create(runner));
        command.Subcommands.Add(TextBench.Create(runner));
        command.Subcommands.Add(ExplainBench.Create(runner));
        command.Subcommands.Add(RobustnessBench.Create(runner));
        command.Subcommands.Add(TuningBench.Create(runner));
        command.Subcommands.Add(SiteClusterBench.Create(runner));
        return runner.Bind(command, async (context, cancellationToken) =>
        {
            var parsed = context.Parsed;
            if (context.Settings.Connect)
            {
                throw new UsageException("bench measures a silo in its own process; leave --connect out.");
            }

            var bench = All.Single(one => one.Name == parsed.GetValue(name));
            var settings = new BenchSettings(
                TimeSpan.FromSeconds(parsed.GetValue(seconds)),
                parsed.GetValue(callers),
                parsed.GetValue(customers) ?? bench.CustomersByDefault,
                parsed.GetValue(events),
                parsed.GetValue(rate),
                parsed.GetValue(rows),
                parsed.GetValue(file),
                parsed.GetValue(layout));
            var report = await bench.RunAsync(new BenchContext(context, settings), cancellationToken);
            context.Output.Answer(report, screen => BenchTable.Write(screen, report));
            return ExitCodes.Done;
        });
    }

    private static Option<int> Bounded(string name, string description, int byDefault, int min, int max)
    {
        var option = new Option<int>(name) { Description = $"{description} {min} to {max}.", DefaultValueFactory = _ => byDefault };
        option.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && int.TryParse(result.Tokens[0].Value, out var value) && (value < min || value > max))
            {
                result.AddError($"{name} must be {min} to {max}, not {value}.");
            }
        });
        return option;
    }
}
