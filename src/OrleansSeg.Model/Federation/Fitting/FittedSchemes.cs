using System.Collections.Immutable;
using OrleansSeg.Model.Segments;

namespace OrleansSeg.Model.Federation.Fitting;

/// <summary>Of whose spenders the high-value threshold is the 80th percentile.</summary>
public enum ThresholdScope
{
    /// <summary>Of all sites' spenders together: one threshold.</summary>
    Global,

    /// <summary>Of each site's own: sites whose prices or currencies differ.</summary>
    Site,
}

/// <summary>The schemes of a run: the same labels everywhere, so that one network serves; thresholds by scope.</summary>
/// <param name="Model">The model's scheme; its threshold is that of all sites together.</param>
/// <param name="BySite">What each site labels its examples by.</param>
/// <param name="Counts">Training examples by label, over all sites, for each of <see cref="PredictiveLabels.All"/>.</param>
/// <param name="Dropped">Labels left out because all sites together hardly show them, with their counts.</param>
public sealed record FittedSchemes(
    SegmentScheme Model,
    ImmutableSortedDictionary<string, SegmentScheme> BySite,
    ImmutableSortedDictionary<string, long> Counts,
    ImmutableSortedDictionary<string, long> Dropped)
{
    /// <summary>Fits the schemes.</summary>
    /// <param name="sites">Merged statistics of each site.</param>
    /// <param name="horizon">How far after a cutoff labels look.</param>
    /// <param name="scope">Whose spenders give a threshold.</param>
    /// <param name="countMin">Least training examples of a label over all sites.</param>
    /// <remarks>
    /// A threshold is the lower edge of the bin that holds the percentile, so that counts by label are exact; it lies at most 1.6 % below
    /// the one that <see cref="OrleansSeg.Model.Training.SchemeFit"/> finds in the values themselves.
    /// </remarks>
    public static FittedSchemes Fit(IReadOnlyDictionary<string, FitStatistics> sites, TimeSpan horizon, ThresholdScope scope, int countMin)
    {
        ArgumentNullException.ThrowIfNull(sites);
        var whole = ThresholdBin(FitStatistics.Merge(sites.Values));
        var bins = sites.ToImmutableSortedDictionary(
            site => site.Key, site => scope == ThresholdScope.Site ? ThresholdBin(site.Value) : whole, StringComparer.Ordinal);
        var counts = PredictiveLabels.All.ToImmutableSortedDictionary(
            label => label, label => sites.Sum(site => CountOf(site.Value, label, bins[site.Key])), StringComparer.Ordinal);
        ImmutableArray<string> labels = [.. PredictiveLabels.All.Where(label => counts[label] >= countMin)];
        return new FittedSchemes(
            SchemeOf(whole),
            bins.ToImmutableSortedDictionary(site => site.Key, site => SchemeOf(site.Value), StringComparer.Ordinal),
            counts,
            counts.RemoveRange(labels));

        SegmentScheme SchemeOf(int? bin) => new(
            SegmentScheme.PredictiveName, labels, horizon, bin is { } known ? (decimal)ValueBins.EdgeOf(known) : decimal.MaxValue);
    }

    private static int? ThresholdBin(FitStatistics statistics)
    {
        var spends = Histogram.Sum(statistics.Spends.Where((_, label) => Buys(PredictiveLabels.All[label])));
        return spends.Total == 0
            ? null
            : spends.BinAt(Math.Min(spends.Total - 1, (long)(spends.Total * PredictiveLabels.HighValueQuantile)));
    }

    private static long CountOf(FitStatistics statistics, string label, int? bin)
    {
        if (label == PredictiveLabels.HighValue)
        {
            return bin is { } from
                ? statistics.Spends.Where((_, other) => CanBeOfHighValue(PredictiveLabels.All[other])).Sum(spend => spend.CountFrom(from))
                : 0;
        }

        var spends = statistics.Spends[PredictiveLabels.All.IndexOf(label)];
        return bin is { } least && CanBeOfHighValue(label) ? spends.Total - spends.CountFrom(least) : spends.Total;
    }

    private static bool Buys(string label) => label is not (PredictiveLabels.Browser or PredictiveLabels.Lapsing);

    private static bool CanBeOfHighValue(string label) => Buys(label) && label != PredictiveLabels.Prospect;
}
