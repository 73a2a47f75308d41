using System.Collections.Immutable;
using OrleansSeg.Model.Features;
using OrleansSeg.Model.Segments;

namespace OrleansSeg.Model.Federation.Fitting;

/// <summary>All that leaves a trainer before round 1: counts of its training examples in fixed bins.</summary>
/// <remarks>
/// No id, no text, no attribute and no single value is in it; not even extremes, of which only the bin can be told. The sum over trainers
/// is exact whatever their order, and statistics of parts sum to the statistics of the whole.
/// </remarks>
public sealed partial record FitStatistics
{
    /// <summary>Customers with a training example.</summary>
    public required long Customers { get; init; }

    /// <summary>(F) each raw feature where it exists, in the order of <see cref="AggregateFeatures.Names"/>.</summary>
    public required ImmutableArray<Histogram> Features { get; init; }

    /// <summary>(F) examples without the feature.</summary>
    public required ImmutableArray<long> Missing { get; init; }

    /// <summary>Spend in the horizon by the label that an example would have if nobody were of high value, in the order of <see cref="PredictiveLabels.All"/>.</summary>
    public required ImmutableArray<Histogram> Spends { get; init; }

    /// <summary>Training examples.</summary>
    public long Examples => Spends.Sum(spend => spend.Total);

    /// <summary>Nothing counted.</summary>
    public static FitStatistics Empty { get; } = new()
    {
        Customers = 0,
        Features = [.. AggregateFeatures.Names.Select(_ => Histogram.Empty)],
        Missing = [.. AggregateFeatures.Names.Select(_ => 0L)],
        Spends = [.. PredictiveLabels.All.Select(_ => Histogram.Empty)],
    };

    /// <summary>The sum of several trainers' statistics, in any order.</summary>
    public static FitStatistics Merge(IEnumerable<FitStatistics> parts)
    {
        var all = parts.Prepend(Empty).ToList();
        return new FitStatistics
        {
            Customers = all.Sum(part => part.Customers),
            Features = [.. Enumerable.Range(0, Empty.Features.Length).Select(feature => Histogram.Sum(all.Select(part => part.Features[feature])))],
            Missing = [.. Enumerable.Range(0, Empty.Missing.Length).Select(feature => all.Sum(part => part.Missing[feature]))],
            Spends = [.. Enumerable.Range(0, Empty.Spends.Length).Select(label => Histogram.Sum(all.Select(part => part.Spends[label])))],
        };
    }
}
