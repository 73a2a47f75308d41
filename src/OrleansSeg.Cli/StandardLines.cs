namespace OrleansSeg.Cli;

/// <summary>Lines of standard input.</summary>
internal static class StandardLines
{
    /// <summary>All of them.</summary>
    public static async Task<string[]> ReadAsync(CancellationToken cancellationToken)
    {
        var lines = new List<string>();
        while (await Console.In.ReadLineAsync(cancellationToken) is { } line)
        {
            lines.Add(line);
        }

        return [.. lines];
    }
}
