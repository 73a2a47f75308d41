using System.Text.Json;
using System.Text.Json.Nodes;

namespace OrleansSeg.Cli.Tests;

/// <summary>Runs command lines in this process on a data directory of the test's own.</summary>
public sealed class Shell : IDisposable
{
    private static readonly TimeSpan RunMax = TimeSpan.FromMinutes(10);

    public Shell()
    {
        Folder = Path.Combine(Path.GetTempPath(), $"orleansseg-cli-{Guid.NewGuid():N}");
        Directory.CreateDirectory(Folder);
    }

    /// <summary>A folder that is gone after the test.</summary>
    public string Folder { get; }

    /// <summary>The data directory.</summary>
    public string DataDirectory => Path.Combine(Folder, "data");

    /// <summary>Writes a file into the folder; returns its path.</summary>
    public string Write(string name, string text)
    {
        var path = Path.Combine(Folder, name);
        File.WriteAllText(path, text);
        return path;
    }

    /// <summary>Runs a line on the data directory.</summary>
    public Task<Ran> RunAsync(params string[] args) => RunAsync(CancellationToken.None, ["--data-dir", DataDirectory, .. args]);

    /// <summary>Runs a line on the data directory with <c>--json</c>, and wants exit code 0 and one document.</summary>
    public async Task<JsonNode> JsonAsync(params string[] args) => (await RunAsync(["--json", .. args])).Json(0);

    /// <summary>Runs a line as it is.</summary>
    public static async Task<Ran> RunAsync(CancellationToken cancellationToken, params string[] args)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        stop.CancelAfter(RunMax);
        var (output, error) = (new StringWriter(), new StringWriter());
        var code = await CommandLine.RunAsync(args, TextWriter.Synchronized(output), TextWriter.Synchronized(error), stop.Token);
        Assert.False(stop.IsCancellationRequested && !cancellationToken.IsCancellationRequested, $"'{string.Join(' ', args)}' took more than {RunMax}.\n{error}");
        return new Ran(code, output.ToString(), error.ToString());
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}

/// <summary>What a line did.</summary>
public sealed record Ran(int ExitCode, string Output, string Error)
{
    /// <summary>The one JSON document on standard output.</summary>
    public JsonNode Json(int exitCode)
    {
        Assert.True(ExitCode == exitCode, $"Exit code {ExitCode}, expected {exitCode}.\n{Output}\n{Error}");

        // Parsing fails on anything before or behind the document.
        return JsonNode.Parse(Output, null, new JsonDocumentOptions { AllowTrailingCommas = false })!;
    }

    /// <summary>Wants an exit code, nothing on standard output, and each of the texts on standard error.</summary>
    public void Fails(int exitCode, params string[] texts)
    {
        Assert.True(ExitCode == exitCode, $"Exit code {ExitCode}, expected {exitCode}.\n{Output}\n{Error}");
        Assert.Equal("", Output);
        Assert.All(texts, text => Assert.Contains(text, Error, StringComparison.Ordinal));
    }
}
