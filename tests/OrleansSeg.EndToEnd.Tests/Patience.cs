namespace OrleansSeg.EndToEnd.Tests;

/// <summary>How long tests wait for what other processes do.</summary>
internal static class Patience
{
    /// <summary>Longest wait for one step, 4 min: most take a second, and a machine that has other work to do must not look like a process that hangs.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromMinutes(4);
}
