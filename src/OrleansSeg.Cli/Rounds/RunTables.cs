using System.Globalization;
using OrleansSeg.Federation;
using Spectre.Console;
using Spectre.Console.Rendering;
using static System.FormattableString;

namespace OrleansSeg.Cli.Rounds;

/// <summary>Plans and runs as people read them.</summary>
internal static class RunTables
{
    private const int MetricsMax = 6;

    /// <summary>A plan.</summary>
    public static IRenderable Plan(FederatedPlan plan)
    {
        var table = new Table().Border(TableBorder.Rounded).HideHeaders().AddColumns("", "");
        foreach (var (name, value) in RunWords.Of(plan))
        {
            table.AddRow(Markup.Escape(name), Markup.Escape(value));
        }

        return table;
    }

    /// <summary>Where a run stands, what its trainers do and what its rounds came to.</summary>
    /// <param name="federation">The federation's name.</param>
    /// <param name="run">The run.</param>
    /// <param name="roundsMax">Most rounds to show, the latest ones.</param>
    public static IRenderable Run(string federation, RunStatus run, int roundsMax)
    {
        var parts = new List<IRenderable> { new Text(Heading(federation, run)) };
        if (run.Cause is { } cause)
        {
            parts.Add(new Text($"It trains because: {cause}"));
        }

        parts.AddRange(RunWords.Beginnings(run).Select(line => new Text(line)));
        if (!run.Trainers.IsEmpty)
        {
            parts.Add(TrainerGrid.Of(run.Trainers));
        }

        if (!run.Rounds.IsEmpty)
        {
            parts.Add(Rounds(run, roundsMax));
        }

        if (run.Privacy is { } spent)
        {
            parts.AddRange(PrivacyWords.Of(spent).Select(line => new Text(line)));
            parts.Add(new Text($"Told without noise: {string.Join(", ", run.Releases.Select(release => release.What).Distinct())}; 'rounds report' says what and to whom."));
        }

        if (run.Outcome is { } outcome)
        {
            parts.Add(new Text($"Outcome: {outcome}"));
        }

        if (!run.Versions.IsEmpty)
        {
            parts.Add(new Text($"Registered: {string.Join(", ", run.Versions.Select(version => string.Create(CultureInfo.InvariantCulture, $"{version.Key} version {version.Value}")))}."));
        }

        return new Rows(parts);
    }

    /// <summary>Runs, a line each.</summary>
    public static IRenderable History(IEnumerable<RunStatus> runs)
    {
        var table = new Table().Border(TableBorder.Rounded)
            .AddColumns(new TableColumn("run").RightAligned(), new TableColumn("started"), new TableColumn("took").RightAligned(), new TableColumn("stands"))
            .AddColumns("sites", "strategy", "rounds", "privacy", "outcome");
        foreach (var run in runs)
        {
            table.AddRow(new[]
            {
                Invariant($"{run.Run}"), RunWords.Instant(run.StartedAt), run.EndedAt is { } ended ? RunWords.Duration(ended - run.StartedAt) : "", RunWords.Phase(run),
                string.Join(", ", run.Plan.Sites), run.Plan.Strategy, Invariant($"{run.Rounds.Length} of {run.Plan.Rounds}"), PrivacyWords.Short(run), run.Outcome ?? "",
            }.Select(Markup.Escape).ToArray());
        }

        return table;
    }

    private static string Heading(string federation, RunStatus run) => Invariant(
        $"Run {run.Run} of '{federation}': {RunWords.Phase(run)}. Started {RunWords.Instant(run.StartedAt)}{Ended(run)}; it knows what was stored until {RunWords.Instant(run.Watermark)}.");

    private static string Ended(RunStatus run) => run.EndedAt is { } ended ? $", took {RunWords.Duration(ended - run.StartedAt)}" : "";

    private static Table Rounds(RunStatus run, int roundsMax)
    {
        var names = run.MetricNames();
        var shown = names.Take(MetricsMax).ToList();
        var table = new Table().Border(TableBorder.Rounded).AddColumns(Right("round"), Right("reported"), Right("late"), new TableColumn("missing"), Right("took"), Right("bytes"));
        table.AddColumns([.. shown.Select(name => Right(Markup.Escape(name)))]);
        foreach (var round in run.Rounds.TakeLast(roundsMax))
        {
            var missing = RunFacts.MissingIn(run.Plan, round);
            table.AddRow(new[]
            {
                Invariant($"{round.Round}"), Invariant($"{round.Reporters.Length} of {run.Plan.Trainers.Length}"), Invariant($"{round.Late.Count}"), string.Join(", ", missing), RunWords.Duration(round.Took), RunWords.Bytes(round.Bytes),
            }.Concat(shown.Select(name => round.Metrics.TryGetValue(name, out var value) ? RunWords.Metric(value) : "")).Select(Markup.Escape).ToArray());
        }

        if (names.Count > shown.Count)
        {
            table.Caption(Invariant($"{names.Count - shown.Count} more metrics are in 'rounds report' and --json."));
        }

        return table;
    }

    private static TableColumn Right(string header) => new TableColumn(header).RightAligned();
}
