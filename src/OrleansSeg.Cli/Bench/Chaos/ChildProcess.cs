using System.Diagnostics;
using System.Runtime.InteropServices;

namespace OrleansSeg.Cli.Bench.Chaos;

/// <summary>A process of our own. Disposing kills it, by its id, if it still runs.</summary>
internal sealed class ChildProcess : IAsyncDisposable
{
    /// <summary>Frozen until <see cref="Continue"/>: the process keeps its connections and answers nothing.</summary>
    public const int Freeze = 19;

    /// <summary>Goes on after <see cref="Freeze"/>.</summary>
    public const int Continue = 18;

    /// <summary>Asks the process to end.</summary>
    public const int Terminate = 15;

    /// <summary>Ends it at this instant.</summary>
    public const int Kill = 9;

    private const int LinesMax = 400;

    private readonly Process _process;
    private readonly Action<string, bool>? _hear;
    private readonly Queue<string> _lines = new();
    private readonly Lock _gate = new();

    /// <summary>Starts a program.</summary>
    /// <param name="program">Its file.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="environment">Variables it gets besides those of this process; null removes one.</param>
    /// <param name="hear">Called with every line, and whether it is of standard output rather than standard error.</param>
    public ChildProcess(
        string program, IEnumerable<string> arguments, IEnumerable<KeyValuePair<string, string?>>? environment = null, Action<string, bool>? hear = null)
    {
        _hear = hear;
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true,
        };
        foreach (var (name, value) in environment ?? [])
        {
            start.Environment[name] = value;
        }

        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, line) => Hear(line.Data, isOutput: true);
        _process.ErrorDataReceived += (_, line) => Hear(line.Data, isOutput: false);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        Exited = _process.WaitForExitAsync();
    }

    /// <summary>The process id.</summary>
    public int Id => _process.Id;

    /// <summary>Ends with the process.</summary>
    public Task Exited { get; }

    /// <summary>Whether it runs.</summary>
    public bool IsRunning => !Exited.IsCompleted;

    /// <summary>How it ended, once it has.</summary>
    public int ExitCode => _process.ExitCode;

    /// <summary>The last lines it wrote to either stream.</summary>
    public string Tail
    {
        get
        {
            lock (_gate)
            {
                return string.Join('\n', _lines);
            }
        }
    }

    /// <summary>Sends a signal to the process; nothing happens when it has ended.</summary>
    public void Signal(int signal) => Signal(_process.Id, signal);

    /// <summary>Sends a signal to a process that one of ours started.</summary>
    public static void Signal(int processId, int signal) => _ = SendSignal(processId, signal);

    /// <summary>Ends it at this instant and waits until it is gone.</summary>
    public async Task KillAsync()
    {
        Signal(Kill);
        await Exited;
    }

    /// <inheritdoc />
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

    private void Hear(string? line, bool isOutput)
    {
        if (line is null)
        {
            return;
        }

        lock (_gate)
        {
            _lines.Enqueue(line);
            if (_lines.Count > LinesMax)
            {
                _lines.Dequeue();
            }
        }

        _hear?.Invoke(line, isOutput);
    }
}
