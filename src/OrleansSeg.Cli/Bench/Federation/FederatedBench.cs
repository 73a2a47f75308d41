using System.CommandLine;
using System.Globalization;
using OrleansSeg.Cli.Training;
using OrleansSeg.Cli.Verbs;
using OrleansSeg.Model.Federation.Aggregation;
using Spectre.Console;

namespace OrleansSeg.Cli.Bench.Federation;

/// <summary><c>bench federated</c>: one shop's customers split into sites, trained by rounds with each strategy, beside training on all of them at one place.</summary>
internal static class FederatedBench
{
    private static readonly string[] Splits = ["even", "country", "labels"];

    public static Command Create(VerbRunner runner)
    {
        var sites = new Option<int>("--sites") { Description = "Sites to split into, 2 to 64.", DefaultValueFactory = _ => 4 };
        var split = new Option<string>("--split") { Description = "Even; by the attribute country; or by labels, each spread by a Dirichlet distribution.", DefaultValueFactory = _ => "even" };
        split.AcceptOnlyFromAmong(Splits);
        var alpha = new Option<double>("--alpha") { Description = "Concentration of the Dirichlet distribution, for --split labels; above 0.", DefaultValueFactory = _ => 0.3 };
        var rounds = new Option<int>("--rounds") { Description = "Rounds, 1 to 100.", DefaultValueFactory = _ => 8 };
        var strategies = new Option<string[]>("--strategies")
        {
            Description = $"Strategies to compare: {string.Join(", ", AggregationStrategies.Names)}; each perhaps with a scope or a compressor behind it, such as fedavg+site-heads+int8: {TrainingVariant.Additions}.",
            AllowMultipleArgumentsPerToken = true,
            DefaultValueFactory = _ => ["fedavg"],
        };
        var secure = new Option<bool>("--secure-aggregation") { Description = "Train each strategy of the mean once more with masked updates, and tell what that costs; needs 3 sites." };
        var clip = new Option<double>("--update-clip") { Description = "Norm to which updates are shortened; 0 for no bound, and 1 with --secure-aggregation.", DefaultValueFactory = _ => 0 };
        var noise = new NoiseOptions();
        var command = new Command("federated", "Compares federated training of one shop split into sites with training at one place.") { sites, split, alpha, rounds, strategies, secure, clip };
        noise.AddTo(command);
        return runner.Bind(command, async (context, cancellationToken) =>
        {
            var parsed = context.Parsed;
            var settings = new FederatedBenchSettings(
                BoundedNumber.Of("--sites", parsed.GetValue(sites), parsed.GetValue(secure) ? 3 : 2, 64),
                parsed.GetValue(split)!,
                parsed.GetValue(alpha) is > 0 and var value ? value : throw new UsageException("--alpha must be above 0."),
                BoundedNumber.Of("--rounds", parsed.GetValue(rounds), 1, 100),
                [.. parsed.GetValue(strategies)!.Select(Variant)],
                parsed.GetValue(secure),
                parsed.GetValue(clip) is >= 0 and <= 1_000_000 and var norm ? (norm == 0 && parsed.GetValue(secure) ? 1 : norm) : throw new UsageException("--update-clip must be 0 to 1000000."),
                context.Settings.Seed)
            {
                Noise = noise.Read(parsed),
            };
            await using var session = await context.OpenAsync(cancellationToken);
            var histories = await SiteHistories.ReadAsync(session, context.Settings.Site, cancellationToken);
            var report = await new SplitComparison(histories, settings, context.Output.Say).RunAsync(cancellationToken);
            context.Output.Answer(report, screen => Write(screen, report));
            return ExitCodes.Done;
        });
    }

    private static TrainingVariant Variant(string text) =>
        TrainingVariant.TryParse(text, out var variant, out var problem) ? variant : throw new UsageException($"--strategies: {problem}");

    private static void Write(IAnsiConsole screen, FederatedBenchReport report)
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumns("training", "log loss", "churn AUROC", "macro-F1", "worst site", "its AUROC", "KB a round", "rounds", "seconds", "bytes, times", "seconds, times", "epsilon", "attack");
        foreach (var run in report.Runs)
        {
            table.AddRow(new object?[]
            {
                run.Name, run.LogLoss, run.ChurnAuroc, run.MacroF1, run.WorstSite, run.WorstChurnAuroc, run.BytesPerRound / 1000, run.RoundsToTarget, run.Seconds, run.BytesRatio, run.SecondsRatio, run.Privacy?.Epsilon, run.Privacy?.Attack.Advantage,
            }.Select(cell => Markup.Escape(cell is double number ? number.ToString("F4", CultureInfo.InvariantCulture) : Convert.ToString(cell, CultureInfo.InvariantCulture)!)).ToArray());
        }

        screen.Write(table);
    }
}

/// <summary>How to compare.</summary>
internal sealed record FederatedBenchSettings(int Sites, string Split, double Alpha, int Rounds, IReadOnlyList<TrainingVariant> Variants, bool Masked, double UpdateClipNorm, int Seed)
{
    /// <summary>Noise to measure beside; its multipliers may be empty.</summary>
    public required NoiseSettings Noise { get; init; }
}

/// <summary>What was compared.</summary>
/// <param name="Name"><c>federated</c>.</param>
/// <param name="Seed">Seed of the split and of training.</param>
/// <param name="Split">How customers were split.</param>
/// <param name="Alpha">Concentration, for a split by labels.</param>
/// <param name="Rounds">Rounds of each training.</param>
/// <param name="Customers">Customers trained on, by site.</param>
/// <param name="TestCustomers">Customers that no training saw, and that everything is measured on.</param>
/// <param name="Runs">Training at one place first, then each strategy.</param>
internal sealed record FederatedBenchReport(
    string Name, int Seed, string Split, double Alpha, int Rounds, IReadOnlyDictionary<string, int> Customers, int TestCustomers, IReadOnlyList<FederatedBenchRun> Runs);

/// <summary>One training.</summary>
/// <param name="Name"><c>central</c>, the strategy with its additions, and behind these <c>masked</c> or the noise.</param>
/// <param name="LogLoss">Over all test customers, in nats.</param>
/// <param name="ChurnAuroc">Over all test customers.</param>
/// <param name="MacroF1">Over all test customers.</param>
/// <param name="WorstSite">The site with the highest log loss.</param>
/// <param name="WorstLogLoss">Its log loss.</param>
/// <param name="WorstChurnAuroc">Its churn AUROC.</param>
/// <param name="ValidationLosses">After each round, uncalibrated.</param>
/// <param name="BytesPerRound">Bytes of all updates of a round, as they went, or of all messages of a masked one; 0 at one place.</param>
/// <param name="RoundsToTarget">The first round whose validation loss is within 1 % of the best at one place; null where none is.</param>
/// <param name="Seconds">Time of the training.</param>
internal sealed record FederatedBenchRun(
    string Name, double LogLoss, double ChurnAuroc, double MacroF1, string WorstSite, double WorstLogLoss, double WorstChurnAuroc,
    IReadOnlyList<double> ValidationLosses, long BytesPerRound, int? RoundsToTarget, double Seconds)
{
    /// <summary>Bytes over those of the same training in the clear; null but for a masked one.</summary>
    public double? BytesRatio { get; init; }

    /// <summary>Time over that of the same training in the clear; null but for a masked one.</summary>
    public double? SecondsRatio { get; init; }

    /// <summary>What noise cost and hid; null where membership was not asked.</summary>
    public NoiseReport? Privacy { get; init; }
}
