using System.Collections.Immutable;
using OrleansSeg.Model.Features;
using OrleansSeg.Model.Federation.Fitting;

namespace OrleansSeg.Model.Federation.Drift;

/// <summary>How far customers and outcomes have moved from what the models in service knew: of the site that moved furthest.</summary>
/// <param name="FeatureDrift">Largest <see cref="PopulationStability"/> of a <see cref="Watched"/> feature; NaN when nothing can be compared.</param>
/// <param name="Feature">The feature.</param>
/// <param name="FeatureSite">The site where it moved.</param>
/// <param name="SegmentDrift">Largest <see cref="PopulationStability"/> of the shares of segments; NaN when nothing can be compared.</param>
/// <param name="SegmentSite">The site where they moved.</param>
/// <param name="CalibrationError">Largest expected calibration error of forecasts that have turned out since; NaN when none has.</param>
/// <param name="CalibrationSite">The site of these forecasts.</param>
/// <param name="MaturedLabels">Labelled examples of all sites that have matured since.</param>
public sealed record DriftFindings(
    double FeatureDrift, string? Feature, string? FeatureSite,
    double SegmentDrift, string? SegmentSite,
    double CalibrationError, string? CalibrationSite,
    long MaturedLabels)
{
    /// <summary>Fewest customers, then and now, of a site that is looked at by itself: of fewer, chance alone makes an index of 0.02. Where all sites are smaller they are looked at together.</summary>
    public const long CustomersMin = 1_000;

    /// <summary>Features that are watched: of the last quarter or the latest of its kind. All others grow as customers grow older, whatever they do.</summary>
    public static ImmutableArray<string> Watched { get; } =
    [
        "days_since_last_purchase", "days_since_last_event", "purchase_days_30", "purchase_days_90", "spend_30", "spend_90", "spend_trend_90",
        "spend_last_day", "lines_per_purchase_day", "quantity_per_purchase_day", "gap_last",
        "browses_7", "browses_30", "browses_90", "days_since_last_browse", "campaigns_sent_90", "campaign_responses_90",
    ];

    /// <summary>Compares.</summary>
    /// <param name="bySite">Each site's counts.</param>
    public static DriftFindings Of(IReadOnlyDictionary<string, DriftCounts> bySite)
    {
        ArgumentNullException.ThrowIfNull(bySite);
        var sites = bySite.Select(site => (Name: site.Key, Counts: site.Value)).OrderBy(site => site.Name, StringComparer.Ordinal).ToList();
        List<(string Name, DriftCounts Counts)> large = [.. sites.Where(site => Math.Min(site.Counts.SegmentsThen.Sum(), site.Counts.SegmentsNow.Sum()) >= CustomersMin)];
        if (large.Count == 0 && sites.Count > 0 && sites.TrueForAll(site => site.Counts.Labels.SequenceEqual(sites[0].Counts.Labels)))
        {
            large.Add(("all sites", DriftCounts.Merge(sites.Select(site => site.Counts))));
        }

        var features = large.SelectMany(site => Features(site.Counts).Select(feature => (site.Name, feature.Feature, feature.Drift)))
            .Where(found => double.IsFinite(found.Drift)).DefaultIfEmpty((Name: null!, Feature: null!, Drift: double.NaN)).MaxBy(found => found.Drift);
        var segments = Largest(large.Select(site => (site.Name, PopulationStability.Of(site.Counts.SegmentsThen, site.Counts.SegmentsNow))));
        var calibration = Largest(large.Where(site => site.Counts.Matured is not null).Select(site => (site.Name, site.Counts.Matured!.CalibrationError)));
        return new DriftFindings(
            features.Drift, features.Feature, features.Name, segments.Value, segments.Name, calibration.Value, calibration.Name,
            sites.Sum(site => site.Counts.MaturedLabels));
    }

    /// <summary>The numbers by name.</summary>
    public ImmutableSortedDictionary<string, double> ToMetrics() => ImmutableSortedDictionary<string, double>.Empty
        .Add("featureDrift", FeatureDrift).Add("segmentDrift", SegmentDrift).Add("calibrationError", CalibrationError).Add("maturedLabels", MaturedLabels);

    private static IEnumerable<(string Feature, double Drift)> Features(DriftCounts counts)
    {
        var (then, now) = (FitStatistics.FromBytes(counts.Then), FitStatistics.FromBytes(counts.Now));
        return Watched.Select(name => (name, Of(AggregateFeatures.Names.IndexOf(name))));

        double Of(int at) => PopulationStability.Of(then.Features[at], then.Missing[at], now.Features[at], now.Missing[at]);
    }

    private static (string? Name, double Value) Largest(IEnumerable<(string Name, double Value)> found) =>
        found.Where(site => double.IsFinite(site.Value)).Select(site => (Name: (string?)site.Name, site.Value)).DefaultIfEmpty((Name: null, Value: double.NaN)).MaxBy(site => site.Value);
}
