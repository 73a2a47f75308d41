using System.CommandLine;
using System.Globalization;
using OrleansSeg.Cli.Training;
using OrleansSeg.Cli.Tuning;
using OrleansSeg.Cli.Verbs;
using OrleansSeg.Model.Training;
using OrleansSeg.Model.Tuning;
using OrleansSeg.Model.Tuning.Studies;
using Spectre.Console;

namespace OrleansSeg.Cli.Bench;

/// <summary><c>bench tuning</c>: what each way of searching settings finds in as many trials, on the site's customers; by validation alone.</summary>
internal static class TuningBench
{
    public static Command Create(VerbRunner runner)
    {
        var samplers = new Option<string[]>("--samplers") { Description = "grid, random and tpe, or some of them.", AllowMultipleArgumentsPerToken = true, DefaultValueFactory = _ => ["grid", "random", "tpe"] };
        samplers.AcceptOnlyFromAmong("grid", "random", "tpe");
        var trials = new Option<int>("--trials") { Description = "Trials of each search, the usual settings first; 2 to 1000.", DefaultValueFactory = _ => 12 };
        var seeds = new Option<int>("--seeds") { Description = "Searches of each kind, from --seed on; 1 to 20.", DefaultValueFactory = _ => 1 };
        var examples = new Option<int>("--examples") { Description = "Most examples to train a trial on, and most to compare trials by; 500 to 1000000.", DefaultValueFactory = _ => 8_000 };
        var pruner = TuningOptions.Pruners("--prune", "none");
        var horizon = TrainingOptions.Horizon();
        var command = new Command("tuning", "Compares ways of searching the model's settings at equal budget.") { samplers, trials, seeds, examples, pruner, horizon };
        return runner.Bind(command, async (context, cancellationToken) =>
        {
            var parsed = context.Parsed;
            var plan = new TrainingPlan
            {
                Horizon = TimeSpan.FromDays(parsed.GetValue(horizon)),
                Seed = context.Settings.Seed,
                TrainingExamplesMax = BoundedNumber.Of("--examples", parsed.GetValue(examples), 500, 1_000_000),
                HeldExamplesMax = parsed.GetValue(examples),
            };
            var wish = new TuningBenchWish(
                parsed.GetValue(samplers)!, BoundedNumber.Of("--trials", parsed.GetValue(trials), 2, 1_000), BoundedNumber.Of("--seeds", parsed.GetValue(seeds), 1, 20),
                parsed.GetValue(pruner)!);
            await using var session = await context.OpenAsync(cancellationToken);
            var histories = await SiteHistories.ReadAsync(session, context.Settings.Site, cancellationToken);
            var data = await TrialData.ReadAsync(_ => histories.ToAsyncEnumerable(), plan, null, cancellationToken);
            var report = await RunAsync(wish, data, plan.Seed, context.Output.Say, cancellationToken);
            context.Output.Answer(report, screen => Write(screen, report));
            return ExitCodes.Done;
        });
    }

    private static async Task<TuningBenchReport> RunAsync(TuningBenchWish wish, TrialData data, int seed, Action<string> say, CancellationToken cancellationToken)
    {
        var runs = new List<TuningBenchRun>();

        // All take turns, so that whatever else the machine does hits them alike.
        for (var number = seed; number < seed + wish.Seeds; number++)
        {
            foreach (var sampler in wish.Samplers)
            {
                var space = NetworkSettings.Space;
                var study = new Study(space, TuningOptions.SamplerOf(sampler, space, wish.Trials, number), TuningOptions.PrunerOf(wish.Pruner), new MemoryJournal());
                var trials = await study.RunAsync(
                    wish.Trials,
                    parallel: 1,
                    trial => Task.Run(() => data.Fit(NetworkSettings.At(trial.Record.Point), new Reported(trial), trial.Token), trial.Token),
                    trial => say(string.Create(CultureInfo.InvariantCulture, $"{sampler}, seed {number}, trial {trial.Number}: {trial.State.ToString().ToLowerInvariant()}, log loss {trial.Loss:F4}, {trial.Seconds:F1} s")),
                    cancellationToken);
                runs.Add(TuningBenchRun.Of(sampler, number, trials));
            }
        }

        return new TuningBenchReport("tuning", wish.Trials, wish.Pruner, data.TrainingExamples, data.ValidationExamples, runs);
    }

    private static void Write(IAnsiConsole screen, TuningBenchReport report)
    {
        screen.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{report.Trials} trials each, {report.TrainingExamples:N0} examples to train on, {report.ValidationExamples:N0} to compare by; trials pruned by {report.Pruner}."));
        var table = new Table().Border(TableBorder.Rounded).AddColumns("search", "seed", "usual", "after a third", "after two", "best", "pruned", "seconds", "settings");
        foreach (var run in report.Runs)
        {
            var third = report.Trials / 3;
            table.AddRow(
                run.Sampler, run.Seed.ToString(CultureInfo.InvariantCulture), Loss(run.BestSoFar[0]), Loss(run.BestSoFar[Math.Max(0, third - 1)]), Loss(run.BestSoFar[Math.Max(0, (2 * third) - 1)]),
                Loss(run.BestSoFar[^1]), run.Pruned.ToString(CultureInfo.InvariantCulture), run.Seconds.ToString("F0", CultureInfo.InvariantCulture), Markup.Escape(string.Join(", ", run.Settings.Select(setting => $"{setting.Key} {setting.Value}"))));
        }

        screen.Write(table);
    }

    private static string Loss(double? loss) => loss is { } value ? value.ToString("F4", CultureInfo.InvariantCulture) : "";

    private sealed class Reported(Trial trial) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => trial.Report(value.Stage, value.Step, value.ValidationLoss);
    }

    private sealed record TuningBenchWish(IReadOnlyList<string> Samplers, int Trials, int Seeds, string Pruner);
}

/// <summary>What <c>bench tuning</c> found.</summary>
/// <param name="Name"><c>tuning</c>.</param>
/// <param name="Trials">Trials of each search.</param>
/// <param name="Pruner">What gave trials up.</param>
/// <param name="TrainingExamples">Examples that each trial was trained on.</param>
/// <param name="ValidationExamples">Examples that trials were compared by.</param>
/// <param name="Runs">Each search.</param>
internal sealed record TuningBenchReport(string Name, int Trials, string Pruner, int TrainingExamples, int ValidationExamples, IReadOnlyList<TuningBenchRun> Runs);

/// <summary>One search.</summary>
/// <param name="Sampler">What proposed.</param>
/// <param name="Seed">Its seed; all trials train with the same one.</param>
/// <param name="BestSoFar">The least log loss on validation after each trial; null before the first that ended.</param>
/// <param name="Pruned">Trials given up.</param>
/// <param name="Seconds">All its trials.</param>
/// <param name="Settings">The best trial's.</param>
internal sealed record TuningBenchRun(
    string Sampler, int Seed, IReadOnlyList<double?> BestSoFar, int Pruned, double Seconds, IReadOnlyDictionary<string, string> Settings)
{
    public static TuningBenchRun Of(string sampler, int seed, IReadOnlyList<TrialRecord> trials) => new(
        sampler,
        seed,
        [.. trials.Select((_, i) => Study.Best(trials.Take(i + 1))?.Loss)],
        trials.Count(trial => trial.State == TrialState.Pruned),
        trials.Sum(trial => trial.Seconds),
        Study.Best(trials)?.Settings ?? System.Collections.Immutable.ImmutableSortedDictionary<string, string>.Empty);
}
