using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace OrleansSeg.EndToEnd.Tests;

/// <summary>The built program in a process of its own. Disposing kills it, by its id, if it still runs.</summary>
internal sealed class OrleansSegProcess : IAsyncDisposable
{
    private static readonly string Binary = FindBinary();

    private readonly Process _process;
    private readonly string _line;
    private readonly StringBuilder _output = new();
    private readonly ConcurrentQueue<string> _errors = new();
    private readonly TaskCompletionSource<JsonNode> _document = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _exited;

    private OrleansSegProcess(string[] args, IEnumerable<KeyValuePair<string, string?>> environment)
    {
        _line = string.Join(' ', args);
        var start = new ProcessStartInfo(Binary, args) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, line) => Read(line.Data);
        _process.ErrorDataReceived += (_, line) => _errors.Enqueue(line.Data ?? "");
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        _exited = _process.WaitForExitAsync();
    }

    /// <summary>The process id.</summary>
    public int Id => _process.Id;

    /// <summary>Whether it runs.</summary>
    public bool IsRunning => !_exited.IsCompleted;

    /// <summary>Everything on standard output so far.</summary>
    public string Output
    {
        get
        {
            lock (_output)
            {
                return _output.ToString();
            }
        }
    }

    /// <summary>The one document that it printed, once it has ended.</summary>
    public JsonNode Document => JsonNode.Parse(Output)!;

    /// <summary>Everything on standard error so far.</summary>
    public string Errors => string.Join('\n', _errors);

    /// <summary>Starts a line.</summary>
    public static OrleansSegProcess Start(params string[] args) => new(args, []);

    /// <summary>Starts a line with variables of its own.</summary>
    public static OrleansSegProcess Start(IEnumerable<KeyValuePair<string, string?>> environment, params string[] args) => new(args, environment);

    /// <summary>Runs a line to its end, wants an exit code, and returns the document it printed.</summary>
    public static async Task<JsonNode> JsonAsync(int exitCode, TimeSpan atMost, params string[] args)
    {
        await using var process = Start([.. args, "--json"]);
        await process.ExitsAsync(exitCode, atMost);
        return process.Document;
    }

    /// <summary>The first JSON document on standard output: how a server says that it serves.</summary>
    public async Task<JsonNode> FirstDocumentAsync(TimeSpan atMost)
    {
        var first = await Task.WhenAny(_document.Task, _exited, Task.Delay(atMost));
        Assert.True(first == _document.Task, Tell($"said nothing within {atMost}"));
        return await _document.Task;
    }

    /// <summary>Waits for its end and wants an exit code.</summary>
    public async Task ExitsAsync(int exitCode, TimeSpan atMost)
    {
        await Task.WhenAny(_exited, Task.Delay(atMost));
        Assert.True(_exited.IsCompleted, Tell($"did not end within {atMost}"));
        Assert.True(_process.ExitCode == exitCode, Tell($"ended with {_process.ExitCode} instead of {exitCode}"));
    }

    /// <summary>Ends it at this instant, as <c>kill -9</c> does.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _exited;
    }

    /// <summary>Sends a signal that it can handle.</summary>
    public void Send(PosixSignal signal)
    {
        var number = signal switch
        {
            PosixSignal.SIGINT => 2,
            PosixSignal.SIGTERM => 15,
            _ => throw new ArgumentOutOfRangeException(nameof(signal), signal, "Only Ctrl-C and termination are sent."),
        };
        Assert.True(SendSignal(_process.Id, number) == 0, Tell($"could not be sent {signal}"));
    }

    public async ValueTask DisposeAsync()
    {
        if (IsRunning)
        {
            await KillAsync();
        }

        _process.Dispose();
    }

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SendSignal(int process, int signal);

    private static string FindBinary()
    {
        var beside = Path.Combine(AppContext.BaseDirectory, OperatingSystem.IsWindows() ? "orleansseg.exe" : "orleansseg");
        return File.Exists(beside) ? beside : throw new FileNotFoundException("The program is built beside its tests; it is not there.", beside);
    }

    private void Read(string? line)
    {
        if (line is null)
        {
            return;
        }

        lock (_output)
        {
            _output.AppendLine(line);
            if (line == "}")
            {
                try
                {
                    _document.TrySetResult(JsonNode.Parse(_output.ToString())!);
                }
                catch (JsonException)
                {
                    // More is to come.
                }
            }
        }
    }

    private string Tell(string what) => $"'orleansseg {_line}' (process {_process.Id}) {what}.\n{Output}\n{Errors}";
}
