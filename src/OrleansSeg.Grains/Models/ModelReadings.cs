using System.Collections.Immutable;

namespace OrleansSeg.Models;

/// <summary>What versions may have learned of customers.</summary>
internal static class ModelReadings
{
    private const int PerSiteMax = 16;

    /// <summary>A version's readings. One that does not say counts as having read everybody who was not erased before it was noted.</summary>
    /// <param name="model">The version.</param>
    /// <param name="site">Its site.</param>
    public static ImmutableArray<ModelReading> Of(ModelReference model, string site) =>
        model.Readings.IsDefaultOrEmpty ? [Everybody(site, erasures: 0)] : model.Readings;

    /// <summary>Of a version that does not say what it read: everybody, but those who were erased before.</summary>
    public static ModelReading Everybody(string site, long erasures) => new(site, DateTimeOffset.MaxValue, null, erasures);

    /// <summary>What a training knows of customers by what it begins from, beside what it reads itself.</summary>
    /// <param name="before">Readings of the versions that it begins from.</param>
    /// <param name="own">What it reads itself.</param>
    /// <param name="logs">Erasures of each site; none of one that does not answer.</param>
    /// <remarks>Of a clean version nothing is left that its own readings do not say: whoever is erased from now on was read by it too.</remarks>
    public static ImmutableArray<ModelReading> Inherited(
        IEnumerable<ModelReading> before, IReadOnlyCollection<ModelReading> own, IReadOnlyDictionary<string, ErasureLog> logs) =>
        [.. before.Distinct().Where(reading => !own.Any(ours => Includes(ours, reading)) || IsTainted(reading, logs)).GroupBy(reading => reading.Site, StringComparer.Ordinal).SelectMany(Bound)];

    private static bool Includes(ModelReading reading, ModelReading other) =>
        reading.Site == other.Site && reading.Watermark >= other.Watermark && (reading.Until is null || other.Until <= reading.Until);

    private static bool IsTainted(ModelReading reading, IReadOnlyDictionary<string, ErasureLog> logs) =>
        !logs.TryGetValue(reading.Site, out var log) || log.CoveredBy([reading]).Any();

    /// <summary>The oldest become one, which says of all what marks the version sooner.</summary>
    private static IEnumerable<ModelReading> Bound(IGrouping<string, ModelReading> readings)
    {
        var newest = readings.OrderByDescending(reading => reading.Erasures).ToList();
        if (newest.Count <= PerSiteMax)
        {
            return newest;
        }

        var old = newest[(PerSiteMax - 1)..];
        return newest.Take(PerSiteMax - 1).Append(new ModelReading(
            readings.Key,
            old.Max(reading => reading.Watermark),
            old.Exists(reading => reading.Until is null) ? null : old.Max(reading => reading.Until),
            old.Min(reading => reading.Erasures)));
    }
}
