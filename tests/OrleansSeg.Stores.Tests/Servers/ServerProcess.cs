using System.Diagnostics;
using OrleansSeg.Cli.Bench.Chaos.Stores;
using OrleansSeg.Silo.Hosting;

namespace OrleansSeg.Stores.Tests;

/// <summary>A database server of one's own: a free loopback port and a temporary folder. Disposing kills it, by its id.</summary>
internal abstract class ServerProcess : IAsyncDisposable
{
    private const int StartsMax = 40;
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(60);

    private Process? _process;

    protected ServerProcess(string name) =>
        (Folder, Port) = (Directory.CreateTempSubdirectory($"orleansseg-{name}-").FullName, FreePort.OnLoopback());

    /// <summary>Where it listens, on 127.0.0.1.</summary>
    public int Port { get; }

    /// <summary>Its files.</summary>
    protected string Folder { get; }

    /// <summary>What it prints when it takes connections.</summary>
    protected abstract string ReadyLine { get; }

    /// <summary>Runs it.</summary>
    protected abstract (string Program, string[] Arguments) Line { get; }

    /// <summary>Starts it on the files that are there; returns when it takes connections.</summary>
    public async Task StartAsync()
    {
        await ServerAccount.OwnAsync(Folder);

        // After a kill the operating system may still hold what the old processes held, and the server then refuses to start.
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await StartOnceAsync();
                return;
            }
            catch (InvalidOperationException) when (attempt < StartsMax)
            {
                await Task.Delay(250);
            }
        }
    }

    /// <summary>Ends it and its children at this instant, as <c>kill -9</c> does.</summary>
    public async Task KillAsync()
    {
        if (_process is { } process)
        {
            _process = null;
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync();
            process.Dispose();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        Directory.Delete(Folder, recursive: true);
        GC.SuppressFinalize(this);
    }

    private async Task StartOnceAsync()
    {
        var ready = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var said = new List<string>();
        var (program, arguments) = Line;
        var process = new Process
        {
            StartInfo = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = Path.GetTempPath() },
            EnableRaisingEvents = true,
        };
        process.OutputDataReceived += (_, line) => Hear(line.Data);
        process.ErrorDataReceived += (_, line) => Hear(line.Data);
        process.Exited += (_, _) => ready.TrySetException(new InvalidOperationException($"The server ended while it started: {Said()}"));
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        _process = process;
        try
        {
            await ready.Task.WaitAsync(StartTimeout);
        }
        catch
        {
            if (process.HasExited)
            {
                _process = null;
                process.Dispose();
            }
            else
            {
                await KillAsync();
            }

            throw;
        }

        void Hear(string? line)
        {
            lock (said)
            {
                said.Add(line ?? "");
            }

            if (line?.Contains(ReadyLine, StringComparison.Ordinal) == true)
            {
                ready.TrySetResult();
            }
        }

        string Said()
        {
            lock (said)
            {
                return string.Join('\n', said);
            }
        }
    }
}
