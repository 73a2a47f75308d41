namespace OrleansSeg.Model.Federation.Rounds;

/// <summary>How long a round waits for its trainers: the median of what they took plus <see cref="Deviations"/> times the median deviation from it.</summary>
/// <remarks>
/// Both medians bear that fewer than half of the trainers are slow or dead. The deadline hangs on the durations alone, in whatever order. The median
/// absolute deviation is taken raw, without the factor that would make it a standard deviation.
/// </remarks>
public sealed record AdaptiveDeadline
{
    /// <summary>Median deviations allowed beyond the median.</summary>
    /// <value>Default 5, which is 3.4 standard deviations of normal durations; 0 to 100.</value>
    public double Deviations { get; init; } = 5;

    /// <summary>Shortest deadline.</summary>
    /// <value>Default 10 seconds; above zero.</value>
    public TimeSpan Floor { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Longest deadline.</summary>
    /// <value>Default 1 hour; at least <see cref="Floor"/>.</value>
    public TimeSpan Ceiling { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Deadline while there are fewer than <see cref="ObservationsMin"/> durations.</summary>
    /// <value>Default 10 minutes; between <see cref="Floor"/> and <see cref="Ceiling"/>.</value>
    public TimeSpan Default { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Durations needed to go by them.</summary>
    /// <value>Default 3; at least 1.</value>
    public int ObservationsMin { get; init; } = 3;

    /// <summary>Checks the bounds.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of bounds; the message names it.</exception>
    public void Check()
    {
        if (Deviations is not (>= 0 and <= 100))
        {
            throw new ArgumentOutOfRangeException(nameof(Deviations), Deviations, "Must be 0 to 100.");
        }

        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(Floor, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(Ceiling, Floor);
        ArgumentOutOfRangeException.ThrowIfLessThan(Default, Floor);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Default, Ceiling);
        ArgumentOutOfRangeException.ThrowIfLessThan(ObservationsMin, 1);
    }

    /// <summary>The next round's deadline.</summary>
    /// <param name="observed">What trainers took in earlier rounds, each from <see cref="Observation"/>.</param>
    /// <exception cref="ArgumentException">A duration is negative.</exception>
    public TimeSpan Next(IReadOnlyCollection<TimeSpan> observed)
    {
        ArgumentNullException.ThrowIfNull(observed);
        Check();
        if (observed.Any(duration => duration < TimeSpan.Zero))
        {
            throw new ArgumentException("A duration is negative.", nameof(observed));
        }

        if (observed.Count < ObservationsMin)
        {
            return Default;
        }

        var median = Median(observed.Select(duration => (double)duration.Ticks));
        var deviation = Median(observed.Select(duration => Math.Abs(duration.Ticks - median)));
        return TimeSpan.FromTicks((long)Math.Round(Math.Clamp(median + (Deviations * deviation), Floor.Ticks, Ceiling.Ticks)));
    }

    /// <summary>What a round tells of one trainer.</summary>
    /// <param name="taken">How long it took; null if it did not report, then it counts as twice the deadline, so that a deadline which most trainers miss grows.</param>
    /// <param name="deadline">The round's deadline.</param>
    public static TimeSpan Observation(TimeSpan? taken, TimeSpan deadline) => taken ?? deadline * 2;

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}
