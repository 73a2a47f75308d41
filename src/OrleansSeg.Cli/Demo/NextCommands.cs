namespace OrleansSeg.Cli.Demo;

/// <summary>A command to try, and what it does.</summary>
internal sealed record NextCommand(string Command, string Purpose);

/// <summary>What to type after the demo.</summary>
internal static class NextCommands
{
    private const string Program = "orleansseg";

    /// <summary>Commands that work as they stand, on the same data, from the same folder.</summary>
    public static IReadOnlyList<NextCommand> For(CommonSettings settings, string customer, bool serves)
    {
        var common = (settings.DataDirectory is { } directory ? $" --data-dir {Quote(directory)}" : "")
            + string.Concat(settings.ConfigFiles.Select(file => $" --config {Quote(file.FullName)}"))
            + (settings.Site == "default" ? "" : $" --site {settings.Site}");
        IEnumerable<NextCommand> commands =
        [
            .. IsOnPath() ? [] : new NextCommand[] { new($"alias {Program}={Quote(Invocation())}", "this program has no place on the path yet") },
            new($"{Program} lookup {customer}{common}", "a customer's segment now"),
            new($"{Program} explain {customer}{common}", "everything that speaks for and against it"),
            new($"{Program} history {customer}{common}", "what the customer did"),
            new($"{Program} verify{common}", "compares the store, the index and the customers"),
            .. serves ? [] : new NextCommand[] { new($"{Program} serve{common}", "leaves a server running for storefronts") },
            new($"{Program} import FILE --layout NAME --data-dir ./my-shop", "your own shop"),
        ];
        return [.. commands];
    }

    /// <summary>How this process was started: by its own file, or by <c>dotnet</c> with the assembly's.</summary>
    private static string Invocation()
    {
        var process = Environment.ProcessPath ?? "dotnet";
        return Path.GetFileNameWithoutExtension(process) == Program ? process : $"{process} {Path.Combine(AppContext.BaseDirectory, Program + ".dll")}";
    }

    private static bool IsOnPath() => (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
        .Any(folder => File.Exists(Path.Combine(folder, Program)) || File.Exists(Path.Combine(folder, Program + ".exe")));

    private static string Quote(string path) => path.Contains(' ', StringComparison.Ordinal) ? $"'{path}'" : path;
}
