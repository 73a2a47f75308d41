using OrleansSeg.Model.Evaluation.Rolling;
using OrleansSeg.Model.Training;

namespace OrleansSeg.Cli.Evaluation;

/// <summary>What <c>evaluate --suite</c> found. Whether one is better than another is decided by log loss over all cutoffs, as said before any run.</summary>
/// <param name="Scheme">The segments told apart.</param>
/// <param name="BestBaseline">The baseline with the lowest log loss; null where none took part.</param>
/// <param name="Verdicts">Each network beside that baseline, by its name: better or worse where the 95 % interval of the difference excludes zero, else undecided.</param>
/// <param name="Looks">Each test cutoff, with how often this data directory was asked what comes after it, this time included.</param>
/// <param name="Comparison">The comparison.</param>
internal sealed record SuiteDocument(
    string Scheme, string? BestBaseline, IReadOnlyDictionary<string, string> Verdicts, IReadOnlyList<CutoffLooks> Looks, RollingReport Comparison)
{
    public static SuiteDocument Of(string scheme, RollingPlan plan, IReadOnlyList<CutoffLooks> looks, RollingReport report)
    {
        var networks = plan.Contenders.Where(IsNetwork).Select(contender => contender.Name).ToHashSet(StringComparer.Ordinal);
        var best = report.Contenders.Where(contender => !networks.Contains(contender.Name)).MinBy(contender => contender.LogLoss)?.Name;
        return new SuiteDocument(
            scheme,
            best,
            best is null
                ? new Dictionary<string, string>()
                : report.Contenders.Where(contender => networks.Contains(contender.Name)).ToDictionary(contender => contender.Name, contender => VerdictOf(contender.Against[best].Differences["logLoss"])),
            looks,
            report);
    }

    /// <summary>Whether a contender is ours, and no baseline.</summary>
    public static bool IsNetwork(Contender contender) => contender.Trainer is ModelTrainer;

    private static string VerdictOf(PairedDifference difference) => difference switch { { High: < 0 } => "better", { Low: > 0 } => "worse", _ => "undecided" };
}

/// <summary>How often somebody looked at what comes after a cutoff.</summary>
/// <param name="Cutoff">The cutoff.</param>
/// <param name="Times">Evaluations of this site, horizon and scheme at it.</param>
internal sealed record CutoffLooks(DateTimeOffset Cutoff, int Times);
