using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace OrleansSeg.Cli.Bench.Chaos;

/// <summary>One silo of a cluster: <c>orleansseg serve</c> in a process of its own.</summary>
internal sealed class SiloProcess : IAsyncDisposable
{
    private readonly TaskCompletionSource<JsonNode> _serving = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly StringBuilder _output = new();
    private readonly ChildProcess _process;

    /// <summary>Starts it; <see cref="ServingAsync"/> says when it takes calls.</summary>
    /// <param name="name">Its name in the history of a run.</param>
    /// <param name="dataDirectory">Its own folder.</param>
    /// <param name="settings">By the names of a silo-config file. They travel as environment variables, because some are secrets.</param>
    /// <param name="gatewayPort">Port for clients; 0 takes a free one.</param>
    public SiloProcess(string name, string dataDirectory, IEnumerable<KeyValuePair<string, string?>> settings, int gatewayPort = 0)
    {
        Name = name;
        string[] arguments =
        [
            "serve", "--json", "--data-dir", dataDirectory, "--silo-port", "0", "--http-port", "0", "--gateway-port", $"{gatewayPort}",
        ];
        var environment = settings.Select(pair => KeyValuePair.Create($"ORLEANSSEG__{pair.Key.Replace(":", "__", StringComparison.Ordinal)}", pair.Value))
            .Append(new("DOTNET_gcServer", "0"));
        _process = new ChildProcess(Program, arguments, environment, Read);
    }

    /// <summary>The program, which lies beside this one's parts.</summary>
    public static string Program { get; } = Path.Combine(AppContext.BaseDirectory, OperatingSystem.IsWindows() ? "orleansseg.exe" : "orleansseg");

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary>Its process.</summary>
    public ChildProcess Process => _process;

    /// <summary>Whether it ended because the others had put it out of the cluster: on a busy machine they take one for dead that is only slow.</summary>
    public bool WasPutOut => !_process.IsRunning && _process.ExitCode == ExitCodes.Failed && _process.Tail.Contains("told I am dead", StringComparison.Ordinal);

    /// <summary>Waits until it takes calls; returns its gateway's port.</summary>
    /// <exception cref="InvalidOperationException">It ended, or said nothing in time; the message holds what it wrote.</exception>
    public async Task<int> ServingAsync(TimeSpan atMost)
    {
        var first = await Task.WhenAny(_serving.Task, _process.Exited, Task.Delay(atMost));
        if (first != _serving.Task)
        {
            throw new InvalidOperationException($"{Name} does not serve after {atMost}:\n{_process.Tail}");
        }

        return (int)(await _serving.Task)["gatewayPort"]!;
    }

    /// <summary>Asks it to end and waits until it has.</summary>
    /// <returns>Its exit code, or null when it was still running after that time and was killed.</returns>
    public async Task<int?> StopAsync(TimeSpan atMost)
    {
        _process.Signal(ChildProcess.Terminate);
        await Task.WhenAny(_process.Exited, Task.Delay(atMost));
        if (!_process.IsRunning)
        {
            return _process.ExitCode;
        }

        await _process.KillAsync();
        return null;
    }

    /// <inheritdoc />
    public ValueTask DisposeAsync() => _process.DisposeAsync();

    private void Read(string line, bool isOutput)
    {
        if (!isOutput)
        {
            return;
        }

        _output.AppendLine(line);
        if (line == "}")
        {
            try
            {
                _serving.TrySetResult(JsonNode.Parse(_output.ToString())!);
            }
            catch (JsonException)
            {
                // More is to come.
            }
        }
    }
}
