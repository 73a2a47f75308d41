using OrleansSeg.Cli.Bench.Chaos.Stores;

namespace OrleansSeg.Cli.Bench.Chaos;

/// <summary>The silo processes of a run, and what can be done to them.</summary>
internal sealed class ChaosCluster(ChaosSettings settings, IStoreServer server, Action<string> tell) : IAsyncDisposable
{
    private const int TriesMax = 5;

    private readonly List<SiloProcess> _silos = [];
    private int _number;
    private int _gatewayPort;

    /// <summary>Silos that run.</summary>
    public int Count => _silos.Count;

    /// <summary>Port of the only gateway, for a store that does not tell clients where silos are.</summary>
    public int GatewayPort => _gatewayPort;

    /// <summary>What a silo or a client is told, by the names of a silo-config file.</summary>
    public IEnumerable<KeyValuePair<string, string?>> Settings => ChaosSettings.SiloSettings.Concat(server.Settings);

    /// <summary>Starts a silo and waits until it serves.</summary>
    /// <remarks>One that the others took for dead before it served, because the machine is busy, is followed by another.</remarks>
    public async Task GrowAsync()
    {
        for (var tries = 1; !await TryGrowAsync(isLast: tries == TriesMax); tries++)
        {
        }
    }

    /// <summary>Asks a silo to end.</summary>
    /// <returns>What is wrong with how it ended, or null.</returns>
    public async Task<string?> StopAsync(int index)
    {
        var silo = Take(index);
        tell($"SIGTERM to {silo.Name}");
        await using (silo)
        {
            var code = await silo.StopAsync(settings.StepMax);
            tell($"{silo.Name} ended with {code?.ToString() ?? "SIGKILL"}");

            // A silo that the others take for dead while it stops has to end otherwise; see TakeEnded.
            return code == 0 || silo.WasPutOut ? null : $"{silo.Name} ended with {code?.ToString() ?? "nothing within " + settings.StepMax} after SIGTERM:\n{silo.Process.Tail}";
        }
    }

    /// <summary>Ends a silo at this instant.</summary>
    public async Task KillAsync(int index)
    {
        await using var silo = Take(index);
        tell($"SIGKILL to {silo.Name}");
        await silo.Process.KillAsync();
    }

    /// <summary>Freezes a silo, lets it go on, and waits until it ends, as one must that the others have put out of the cluster.</summary>
    /// <returns>What is wrong with how it ended, or null.</returns>
    public async Task<string?> FreezeAsync(int index, CancellationToken cancellationToken)
    {
        var silo = _silos[index];
        tell($"SIGSTOP to {silo.Name}");
        silo.Process.Signal(ChildProcess.Freeze);
        try
        {
            await Task.Delay(settings.Frozen, cancellationToken);
        }
        finally
        {
            silo.Process.Signal(ChildProcess.Continue);
        }

        tell($"SIGCONT to {silo.Name}");
        await Task.WhenAny(silo.Process.Exited, Task.Delay(settings.FrozenEndMax, cancellationToken));
        if (silo.Process.IsRunning)
        {
            tell($"{silo.Name} goes on: the others have waited for it");
            return null;
        }

        return silo.Process.ExitCode == ExitCodes.Failed ? null : $"{silo.Name} ended with {silo.Process.ExitCode} when it was put out of the cluster:\n{silo.Process.Tail}";
    }

    /// <summary>Forgets silos that ended by themselves: one that the others took for dead has to, and on a busy machine that happens.</summary>
    public void TakeEnded()
    {
        foreach (var silo in _silos.Where(silo => !silo.Process.IsRunning).ToList())
        {
            _silos.Remove(silo);
            tell($"{silo.Name} has ended by itself with {silo.Process.ExitCode}: {silo.Process.Tail.Split('\n').LastOrDefault(line => line.Length > 0)}");
        }
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        foreach (var silo in _silos)
        {
            await silo.DisposeAsync();
        }
    }

    private async Task<bool> TryGrowAsync(bool isLast)
    {
        var number = ++_number;
        var name = $"silo-{number}";

        // A store in the data directory stays with its only silo, and so does the port that clients know.
        var folder = Path.Combine(settings.Folder, server.CanStop ? name : "silo");
        var silo = new SiloProcess(name, folder, Settings, server.CanStop ? 0 : _gatewayPort);
        _silos.Add(silo);
        try
        {
            _gatewayPort = await silo.ServingAsync(settings.StepMax);
            tell($"{name} serves (process {silo.Process.Id})");
            return true;
        }
        catch (InvalidOperationException) when (silo.WasPutOut && !isLast)
        {
            TakeEnded();
            return false;
        }
    }

    private SiloProcess Take(int index)
    {
        var silo = _silos[index];
        _silos.RemoveAt(index);
        return silo;
    }
}
