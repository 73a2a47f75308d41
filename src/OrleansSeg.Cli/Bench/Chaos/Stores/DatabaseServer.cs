using System.Security.Cryptography;
using OrleansSeg.Silo.Hosting;

namespace OrleansSeg.Cli.Bench.Chaos.Stores;

/// <summary>A database server that is killed, not asked to end, because it promises to keep what it acknowledged all the same.</summary>
internal abstract class DatabaseServer : IStoreServer
{
    private const int StartsMax = 40;
    private static readonly TimeSpan StartMax = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan StartPause = TimeSpan.FromMilliseconds(250);

    private ChildProcess? _process;
    private bool _isMade;

    /// <summary>Makes it; nothing is started.</summary>
    /// <param name="folder">Where it keeps its data.</param>
    protected DatabaseServer(string folder) => (Folder, Port) = (folder, FreePort.OnLoopback());

    /// <inheritdoc />
    public abstract string Store { get; }

    /// <inheritdoc />
    public abstract IReadOnlyDictionary<string, string?> Settings { get; }

    /// <inheritdoc />
    public bool CanStop => true;

    /// <summary>Where it keeps its data.</summary>
    protected string Folder { get; }

    /// <summary>Where it listens, on 127.0.0.1.</summary>
    protected int Port { get; }

    /// <summary>A password that nobody else knows.</summary>
    protected string Password { get; } = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));

    /// <summary>What it prints when it takes connections.</summary>
    protected abstract string ReadyText { get; }

    /// <summary>Runs it.</summary>
    protected abstract (string Program, string[] Arguments) Line { get; }

    /// <inheritdoc />
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (!_isMade)
        {
            Directory.CreateDirectory(Folder);
            await ServerAccount.OwnAsync(Folder);
            await MakeAsync();
            _isMade = true;
        }

        // After a kill the operating system may still hold what the old processes held, and the server then refuses to start.
        for (var starts = 1; !await TryStartAsync(cancellationToken); starts++)
        {
            if (starts == StartsMax)
            {
                throw new InvalidOperationException($"The server of {Store} did not start: {_process!.Tail}");
            }

            await Task.Delay(StartPause, cancellationToken);
        }
    }

    /// <inheritdoc />
    public async Task<string> StopAsync()
    {
        await (_process?.KillAsync() ?? Task.CompletedTask);
        return "SIGKILL";
    }

    /// <inheritdoc />
    public ValueTask DisposeAsync() => _process?.DisposeAsync() ?? ValueTask.CompletedTask;

    /// <summary>Makes its files before the first start.</summary>
    protected virtual Task MakeAsync() => Task.CompletedTask;

    private async Task<bool> TryStartAsync(CancellationToken cancellationToken)
    {
        await (_process?.DisposeAsync() ?? ValueTask.CompletedTask);
        var ready = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var (program, arguments) = Line;
        _process = new ChildProcess(program, arguments, null, (line, _) =>
        {
            if (line.Contains(ReadyText, StringComparison.Ordinal))
            {
                ready.TrySetResult();
            }
        });
        await Task.WhenAny(ready.Task, _process.Exited, Task.Delay(StartMax, cancellationToken));
        return ready.Task.IsCompleted;
    }
}
