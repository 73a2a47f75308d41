using OrleansSeg.Federation.Runs;
using OrleansSeg.Model.Bundles;
using OrleansSeg.Model.Federation.Fitting;

namespace OrleansSeg.Federation.Work;

/// <summary>What a step's reports name.</summary>
internal static class RunOutputs
{
    /// <summary>Trainers and their results, in ordinal order of trainers: sums of floats hang on it.</summary>
    public static IEnumerable<(string Trainer, string Output)> OutputsInOrder(this RunState run) =>
        run.Reports.OrderBy(report => report.Key, StringComparer.Ordinal).Select(report => (report.Key, report.Value.Result.Output));

    /// <summary>Where a run's model comes from.</summary>
    public static ModelLineage LineageOf(RunState run, RunFacts facts, FittedSchemes schemes, string baseBundle, int rounds) => new(
        run.Ledger.Origin,
        facts.Plan.Strategy,
        rounds,
        baseBundle,
        facts.Plan.Sites.Order(StringComparer.Ordinal).ToDictionary(site => site, _ => run.Watermark),
        schemes.BySite.ToDictionary(site => site.Key, site => site.Value.HighValueThreshold))
    {
        Parents = run.Beginning is { Versions.IsEmpty: false } beginning ? beginning.Versions.ToDictionary(site => site.Key, site => site.Value.Sha256) : null,
    };
}
