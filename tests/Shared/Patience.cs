namespace OrleansSeg;

/// <summary>How long tests wait, by the machine's clock, for what comes at once unless something is wrong.</summary>
internal static class Patience
{
    /// <summary>Longest wait for one step, 4 min: most take a second, and a machine that has other work to do must not look like a mistake or like a process that hangs.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromMinutes(4);
}
