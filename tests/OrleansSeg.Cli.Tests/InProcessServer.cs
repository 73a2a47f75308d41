using System.Text.Json.Nodes;

namespace OrleansSeg.Cli.Tests;

/// <summary><c>serve</c> in this process, on free ports.</summary>
/// <param name="Answer">The document it prints once it serves.</param>
/// <param name="Ran">Ends when the server has stopped.</param>
internal sealed record InProcessServer(JsonNode Answer, Task<Ran> Ran)
{
    private static readonly TimeSpan StartMax = TimeSpan.FromMinutes(1);

    /// <summary>Starts it; returns when it serves.</summary>
    public static async Task<InProcessServer> StartAsync(Shell shell, CancellationTokenSource stop)
    {
        var output = new FirstDocument();
        var error = new StringWriter();
        string[] line = ["serve", "--gateway-port", "0", "--silo-port", "0", "--http-port", "0", "--json", "--data-dir", shell.DataDirectory];
        var ran = Task.Run(async () => new Ran(await CommandLine.RunAsync(line, output, TextWriter.Synchronized(error), stop.Token), "", error.ToString()));
        var first = await Task.WhenAny(output.Written, ran).WaitAsync(StartMax);
        Assert.True(first == output.Written, $"serve ended before it served: {(ran.IsCompletedSuccessfully ? ran.Result.ToString() : error.ToString())}");
        return new InProcessServer(JsonNode.Parse(await output.Written)!, ran);
    }

    /// <summary>Catches the first thing written.</summary>
    private sealed class FirstDocument : StringWriter
    {
        private readonly TaskCompletionSource<string> _written = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<string> Written => _written.Task;

        public override void WriteLine(string? value) => _written.TrySetResult(value!);
    }
}
