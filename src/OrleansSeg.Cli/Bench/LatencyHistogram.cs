using System.Diagnostics;
using System.Numerics;

namespace OrleansSeg.Cli.Bench;

/// <summary>Counts durations in buckets whose width is below 1 % of the duration, so that millions of calls fit in 60 KiB.</summary>
/// <remarks>Not thread-safe: each worker fills its own, and <see cref="Add(LatencyHistogram)"/> joins them.</remarks>
internal sealed class LatencyHistogram
{
    private const int StepsBits = 7;
    private const int Steps = 1 << StepsBits;

    private readonly long[] _counts = new long[(64 - StepsBits) * Steps];

    /// <summary>Durations counted.</summary>
    public long Count { get; private set; }

    /// <summary>Counts one duration.</summary>
    public void Add(TimeSpan duration)
    {
        _counts[BucketOf(Math.Max(0, duration.Ticks))]++;
        Count++;
    }

    /// <summary>Counts everything another histogram holds.</summary>
    public void Add(LatencyHistogram other)
    {
        for (var i = 0; i < _counts.Length; i++)
        {
            _counts[i] += other._counts[i];
        }

        Count += other.Count;
    }

    /// <summary>The smallest duration that a share of all durations does not exceed; zero when nothing is counted.</summary>
    /// <param name="share">0 to 1.</param>
    public TimeSpan Percentile(double share)
    {
        var wanted = Math.Max(1, (long)Math.Ceiling(Math.Clamp(share, 0, 1) * Count));
        var seen = 0L;
        for (var i = 0; i < _counts.Length; i++)
        {
            seen += _counts[i];
            if (seen >= wanted)
            {
                return TimeSpan.FromTicks(UpperOf(i));
            }
        }

        return TimeSpan.Zero;
    }

    // Below 128 ticks a bucket is one tick; above, each power of two is cut into 128.
    private static int BucketOf(long ticks)
    {
        var shift = Math.Max(0, 63 - BitOperations.LeadingZeroCount((ulong)ticks) - StepsBits);
        return (shift * Steps) + (int)(ticks >> shift);
    }

    private static long UpperOf(int bucket)
    {
        Debug.Assert(bucket >= 0, "A bucket is an index.");
        var shift = bucket < 2 * Steps ? 0 : (bucket / Steps) - 1;
        var step = bucket - (shift * Steps);
        return ((step + 1L) << shift) - 1;
    }
}
