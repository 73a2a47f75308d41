namespace OrleansSeg.Grains.Tests.Clusters;

/// <summary>How long tests wait, by the machine's clock, for what comes at once unless something is wrong.</summary>
internal static class Patience
{
    /// <summary>Longest wait, 4 min: a machine that has other work to do must not look like a mistake.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromMinutes(4);
}
