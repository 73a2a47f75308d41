using System.Diagnostics;

namespace OrleansSeg.Stores.Tests;

/// <summary>The account that servers run under: this one, or for root another, because PostgreSQL refuses to be root.</summary>
internal static class ServerAccount
{
    private static readonly string[] Candidates = ["postgres", "nobody"];

    private static string? Other { get; } = Environment.IsPrivilegedProcess ? Candidates.FirstOrDefault(Exists) : null;

    /// <summary>A folder below the temporary one that the account may write to.</summary>
    public static string CreateFolder(string prefix)
    {
        var folder = Directory.CreateTempSubdirectory(prefix).FullName;
        Own(folder);
        return folder;
    }

    /// <summary>Gives a folder and all in it to the account.</summary>
    public static void Own(string folder)
    {
        if (Other is { } user)
        {
            Run(new ProcessStartInfo("chown", ["-R", user, folder]));
        }
    }

    /// <summary>How to start a program under the account; the process that is started is the program itself.</summary>
    public static ProcessStartInfo StartOf(string program, params IEnumerable<string> arguments)
    {
        string[] line = Other is { } user
            ? ["setpriv", $"--reuid={user}", $"--regid={GroupOf(user)}", "--clear-groups", program, .. arguments]
            : [program, .. arguments];
        return new ProcessStartInfo(line[0], line[1..]) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = Path.GetTempPath() };
    }

    /// <summary>Runs a program to its end.</summary>
    /// <exception cref="InvalidOperationException">It failed; the message holds what it said.</exception>
    public static void Run(ProcessStartInfo start)
    {
        (start.RedirectStandardOutput, start.RedirectStandardError) = (true, true);
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{start.FileName} ended with {process.ExitCode}: {output}{errors.GetAwaiter().GetResult()}");
        }
    }

    private static bool Exists(string user) => LineOf(user) is not null;

    private static string GroupOf(string user) => LineOf(user)!.Split(':')[3];

    private static string? LineOf(string user) => File.Exists("/etc/passwd")
        ? File.ReadLines("/etc/passwd").FirstOrDefault(line => line.StartsWith($"{user}:", StringComparison.Ordinal))
        : null;
}
