using System.Collections.Immutable;

namespace OrleansSeg.Models;

/// <summary>What was in service when and why, as far as it is kept.</summary>
internal static class ServiceLog
{
    /// <summary>Changes that are kept.</summary>
    public const int ChangesMax = 100;

    /// <summary>The log with one more change; the oldest go.</summary>
    public static ImmutableArray<ServiceChange> With(this ImmutableArray<ServiceChange> log, ServiceChange change) =>
        [.. log.Append(change).TakeLast(ChangesMax)];

    /// <summary>The version to roll back to: the one that the present one took over from, and not one that was itself rolled back.</summary>
    /// <param name="log">The log.</param>
    /// <param name="versions">Versions there are.</param>
    /// <returns>Null when none is known.</returns>
    public static int? Before(this ImmutableArray<ServiceChange> log, IEnumerable<int> versions)
    {
        var line = new List<int>();
        foreach (var change in log)
        {
            // What was rolled back is no version to come back to.
            if (change.Reason == ServiceReason.RolledBack && line.LastIndexOf(change.Version) is var at && at >= 0)
            {
                line.RemoveRange(at, line.Count - at);
            }

            line.Add(change.Version);
        }

        var there = versions.ToHashSet();
        return line.Count == 0 ? null : line.SkipLast(1).Where(version => version != line[^1] && there.Contains(version)).Select(version => (int?)version).LastOrDefault();
    }
}
