using System.Collections.Immutable;
using System.Globalization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OrleansSeg.Cli.Bench.Chaos;
using OrleansSeg.Cli.Bench.Chaos.Stores;
using OrleansSeg.Client;
using OrleansSeg.Customers;
using OrleansSeg.Events;
using OrleansSeg.Silo.Hosting;

namespace OrleansSeg.EndToEnd.Tests.Federation;

/// <summary>A cluster of processes in which each silo serves one site, over a store's server; and a client that finds them by the membership.</summary>
internal sealed class SiteSilos(IStoreServer server, string folder, IReadOnlyList<string> sites) : IAsyncDisposable
{
    private static readonly TimeSpan StepMax = TimeSpan.FromSeconds(90);
    private readonly Dictionary<string, SiloProcess> _silos = [];
    private IHost? _client;
    private int _started;

    /// <summary>Grains as a client finds them.</summary>
    public IGrainFactory Grains => _client!.Services.GetRequiredService<IClusterClient>();

    /// <summary>What every silo is told, and clients too.</summary>
    private IEnumerable<KeyValuePair<string, string?>> Settings => server.Settings.Concat(new Dictionary<string, string?>
    {
        ["OrleansSeg:Membership:ProbeTimeout"] = "00:00:02",
        ["OrleansSeg:Membership:MissedProbesMax"] = "2",
        ["OrleansSeg:Membership:TableRefresh"] = "00:00:05",
        ["OrleansSeg:Membership:AlivePeriod"] = "00:00:05",
        ["OrleansSeg:Site:PartitionCount"] = "8",
        ["OrleansSeg:Partitions:SweepInterval"] = "00:00:10",
        ["OrleansSeg:Federation:PollInterval"] = "00:00:00.200",
        ["OrleansSeg:Federation:WatermarkLag"] = "00:00:00",
        ["OrleansSeg:Inference:ThreadCount"] = "1",
        ["OrleansSeg:Inference:ModelPollInterval"] = "00:00:01",
        ["OrleansSeg:Models:Directory"] = ModelFolder,
    });

    /// <summary>The model store that all silos share.</summary>
    public string ModelFolder => Path.Combine(folder, "models");

    /// <summary>Starts the server, a silo for each site, and the client.</summary>
    public async Task StartAsync()
    {
        await server.StartAsync(CancellationToken.None);
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(server.Settings).Build();
        await SiloHost.InitializeStoreAsync(configuration, CancellationToken.None);
        foreach (var site in sites)
        {
            await StartAsync(site);
        }

        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Logging.AddFilter(_ => false);
        builder.AddOrleansSegClient(
            client => (client.CallTimeout, client.GatewayRefreshPeriod) = (TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(2)),
            client => ClusterGateways.AddTo(client, configuration));
        _client = builder.Build();
        await _client.StartAsync();
    }

    /// <summary>Kills a site's silo at this instant, and starts another one in its place.</summary>
    public async Task ReplaceAsync(string site)
    {
        await _silos[site].Process.KillAsync();
        await StartAsync(site);
    }

    /// <summary>Imports regular buyers of every rhythm, of whom some stop, over the 270 days before an instant.</summary>
    public async Task ImportAsync(string site, int customers, DateTimeOffset now)
    {
        var layout = await Grains.GetGrain<ISiteGrain>(site).GetLayoutAsync(default);
        var imports = Enumerable.Range(0, customers).Select(number => History(number, now));
        foreach (var group in imports.GroupBy(import => CustomerKey.Create(site, import.CustomerId).PartitionOf(layout.PartitionCount)))
        {
            await Grains.GetGrain<IPartitionGrain>(new PartitionKey(site, group.Key).GrainKey).ImportAsync([.. group], default);
        }
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        if (_client is not null)
        {
            await _client.StopAsync();
            _client.Dispose();
        }

        foreach (var silo in _silos.Values)
        {
            await silo.DisposeAsync();
        }

        await server.DisposeAsync();
    }

    private async Task StartAsync(string site)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"{site}-{++_started}");
        var silo = new SiloProcess(name, Path.Combine(folder, name), Settings.Append(new("OrleansSeg:Role:Sites:0", site)));
        _silos[site] = silo;
        await silo.ServingAsync(StepMax);
    }

    private static CustomerImport History(int number, DateTimeOffset now)
    {
        var random = new Random(number);
        var gap = 6 + (90 * random.NextDouble() * random.NextDouble());
        var stop = random.Next(3) == 0 ? random.Next(270) : 0;
        var events = ImmutableArray.CreateBuilder<BehaviourEvent>();
        for (var day = 270 - (random.NextDouble() * gap); day > stop; day -= gap * (0.5 + random.NextDouble()))
        {
            events.Add(new BehaviourEvent
            {
                EventId = string.Create(CultureInfo.InvariantCulture, $"e{events.Count}"),
                Type = EventType.Purchase,
                Timestamp = now.AddDays(-day),
                Quantity = 1,
                UnitPrice = 5 + random.Next(number % 7 == 0 ? 200 : 30),
            });
        }

        return new CustomerImport($"c{number}", events.ToImmutable(), ImmutableDictionary<string, string>.Empty);
    }
}
