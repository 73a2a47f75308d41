namespace OrleansSeg.Model.Evaluation.Rolling;

/// <summary>One contender's scorers over all cutoffs and seeds, measured as a whole and on resampled customers.</summary>
/// <param name="scorers">By cutoff, then by seed.</param>
internal sealed class PooledScores(IReadOnlyList<IReadOnlyList<Scorer>> scorers)
{
    /// <summary>Mean over the seeds of each example's loss, cutoff after cutoff.</summary>
    public IReadOnlyList<double> Losses { get; } =
        [.. scorers.SelectMany(seeds => Enumerable.Range(0, seeds[0].Losses.Count).Select(i => seeds.Average(scorer => scorer.Losses[i])))];

    /// <summary>Whether each example was decided right with the first seed, cutoff after cutoff.</summary>
    public IReadOnlyList<bool> Hits { get; } = [.. scorers.SelectMany(seeds => seeds[0].Hits)];

    /// <summary>Every figure.</summary>
    /// <param name="weights">By cutoff, how often each example counts; empty arrays for once.</param>
    public Dictionary<string, double> Figures(IReadOnlyList<int[]> weights)
    {
        var byCutoff = scorers.Zip(weights, (seeds, counted) => seeds.Select(scorer => scorer.Figures(counted)).ToList()).ToList();
        var sizes = scorers.Zip(weights, (seeds, counted) => (double)(counted.Length == 0 ? seeds[0].Losses.Count : counted.Sum())).ToList();
        var figures = byCutoff[0][0].Keys.ToDictionary(name => name, name => FiniteMean(byCutoff.SelectMany(cutoff => cutoff.Select(figure => figure[name]))));

        // Over examples, not over cutoffs: the primary figure counts every example alike.
        figures["logLoss"] = byCutoff.Zip(sizes, (cutoff, size) => cutoff.Average(figure => figure["logLoss"]) * size).Sum() / sizes.Sum();
        return figures;
    }

    private static double FiniteMean(IEnumerable<double> values)
    {
        var finite = values.Where(double.IsFinite).ToList();
        return finite.Count == 0 ? double.NaN : finite.Average();
    }
}
