using System.Globalization;
using OrleansSeg.Silo.Hosting;

namespace OrleansSeg.Stores.Tests;

/// <summary>Whole silos in this process that share a store, each with a data directory of its own and one folder of models.</summary>
internal sealed class SharedCluster(string store, string connectionString) : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("orleansseg-shared-").FullName;
    private readonly string _name = $"t{Guid.NewGuid():N}";
    private readonly List<RunningSilo> _silos = [];
    private int _started;

    /// <summary>Starts one more.</summary>
    public async Task<RunningSilo> StartSiloAsync()
    {
        var number = (++_started).ToString(CultureInfo.InvariantCulture);
        var silo = SiloHost.CreateServer(StoreSettings.Of(store, connectionString,
            ("OrleansSeg:DataDirectory", Path.Combine(_folder, number)),
            ("OrleansSeg:Models:Directory", Path.Combine(_folder, "models")),
            ("OrleansSeg:Network:SiloPort", "0"),
            ("OrleansSeg:Network:GatewayPort", "0"),
            ("OrleansSeg:Network:HttpPort", "0"),
            ("OrleansSeg:Site:PartitionCount", "8"),
            ("OrleansSeg:Inference:Enabled", "false"),
            ("Orleans:ClusterId", _name),
            ("Orleans:ServiceId", _name),
            ("Logging:LogLevel:Default", "None"),
            ("Logging:LogLevel:Orleans.", "None")));
        await silo.StartAsync(CancellationToken.None);
        _silos.Add(silo);
        return silo;
    }

    /// <summary>Stops all.</summary>
    public async Task StopAllAsync()
    {
        foreach (var silo in _silos)
        {
            await silo.DisposeAsync();
        }

        _silos.Clear();
    }

    public async ValueTask DisposeAsync()
    {
        await StopAllAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
