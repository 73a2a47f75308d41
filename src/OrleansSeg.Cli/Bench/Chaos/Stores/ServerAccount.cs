namespace OrleansSeg.Cli.Bench.Chaos.Stores;

/// <summary>The account that database servers run under: this one, or for root another, because PostgreSQL refuses to be root.</summary>
internal static class ServerAccount
{
    private static readonly string[] Candidates = ["postgres", "nobody"];

    private static string[]? Other { get; } = Environment.IsPrivilegedProcess ? Candidates.Select(Find).FirstOrDefault(line => line is not null) : null;

    /// <summary>A line that runs a program under the account; the process that is started becomes the program itself.</summary>
    public static (string Program, string[] Arguments) LineOf(string program, params string[] arguments) => Other is [var user, _, _, var group, ..]
        ? ("setpriv", [$"--reuid={user}", $"--regid={group}", "--clear-groups", program, .. arguments])
        : (program, arguments);

    /// <summary>Gives a folder and all in it to the account.</summary>
    public static async Task OwnAsync(string folder)
    {
        if (Other is [var user, ..])
        {
            await RunAsync(("chown", ["-R", user, folder]));
        }
    }

    /// <summary>Runs a program to its end.</summary>
    /// <exception cref="InvalidOperationException">It failed; the message holds what it said.</exception>
    public static async Task RunAsync((string Program, string[] Arguments) line)
    {
        await using var process = new ChildProcess(line.Program, line.Arguments);
        await process.Exited;
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{line.Program} ended with {process.ExitCode}: {process.Tail}");
        }
    }

    private static string[]? Find(string user) => File.Exists("/etc/passwd")
        ? File.ReadLines("/etc/passwd").Select(line => line.Split(':')).FirstOrDefault(fields => fields is [_, _, _, _, ..] && fields[0] == user)
        : null;
}
