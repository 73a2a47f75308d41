using OrleansSeg.Data.Simulation.Chance;

namespace OrleansSeg.Data.Simulation.Seasons;

/// <summary>When in a day people shop: hardly at night, more at noon, most in the evening.</summary>
internal static class DayRhythm
{
    private static readonly double[] Hours =
        [0.25, 0.12, 0.06, 0.04, 0.04, 0.08, 0.25, 0.55, 0.85, 1.0, 1.1, 1.25, 1.5, 1.35, 1.15, 1.1, 1.15, 1.3, 1.5, 1.85, 2.1, 1.9, 1.25, 0.6];

    private static readonly double[] StoreHours =
        [0, 0, 0, 0, 0, 0, 0, 0, 0, 0.6, 1.0, 1.2, 1.3, 1.1, 1.0, 1.1, 1.3, 1.4, 0.7, 0, 0, 0, 0, 0];

    /// <summary>A time of day at which people visit the site.</summary>
    public static TimeSpan Draw(RandomStream random) => Draw(random, Hours);

    /// <summary>A time of day within the opening hours of a store.</summary>
    public static TimeSpan DrawStore(RandomStream random) => Draw(random, StoreHours);

    private static TimeSpan Draw(RandomStream random, double[] hours) =>
        TimeSpan.FromSeconds((random.Weighted(hours) * 3_600) + random.Whole(3_600));
}
