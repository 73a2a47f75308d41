using System.Collections.Immutable;

namespace OrleansSeg.Model.Federation.Fitting;

/// <summary>How many numbers fell into one of the <see cref="ValueBins"/>.</summary>
/// <param name="Bin">The bin.</param>
/// <param name="Count">Numbers in it, at least 1.</param>
public readonly record struct BinCount(int Bin, long Count);

/// <summary>Numbers counted in <see cref="ValueBins"/>; sums of histograms are exact in any order.</summary>
public sealed class Histogram
{
    private Histogram(ImmutableArray<BinCount> bins) => (Bins, Total) = (bins, bins.Sum(bin => bin.Count));

    /// <summary>No number.</summary>
    public static Histogram Empty { get; } = new([]);

    /// <summary>Bins that hold a number, ascending.</summary>
    public ImmutableArray<BinCount> Bins { get; }

    /// <summary>Numbers counted.</summary>
    public long Total { get; }

    /// <summary>A histogram of counts by bin.</summary>
    public static Histogram Of(IReadOnlyDictionary<int, long> counts)
    {
        ArgumentNullException.ThrowIfNull(counts);
        return new Histogram([.. counts.Where(pair => pair.Value > 0).OrderBy(pair => pair.Key).Select(pair => new BinCount(pair.Key, pair.Value))]);
    }

    /// <summary>The sum of several.</summary>
    public static Histogram Sum(IEnumerable<Histogram> parts)
    {
        var counts = new Dictionary<int, long>();
        foreach (var bin in parts.SelectMany(part => part.Bins))
        {
            counts[bin.Bin] = checked(counts.GetValueOrDefault(bin.Bin) + bin.Count);
        }

        return Of(counts);
    }

    /// <summary>The bin of the number with so many before it.</summary>
    /// <param name="rank">From 0 to <see cref="Total"/> - 1.</param>
    public int BinAt(long rank)
    {
        foreach (var bin in Bins)
        {
            rank -= bin.Count;
            if (rank < 0)
            {
                return bin.Bin;
            }
        }

        throw new ArgumentOutOfRangeException(nameof(rank), $"There are {Total} numbers.");
    }

    /// <summary>Numbers in bins from <paramref name="bin"/> on upwards.</summary>
    public long CountFrom(int bin) => Bins.Where(entry => entry.Bin >= bin).Sum(entry => entry.Count);
}
