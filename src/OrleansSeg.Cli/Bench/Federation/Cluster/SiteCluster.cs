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

namespace OrleansSeg.Cli.Bench.Federation.Cluster;

/// <summary>A cluster of processes in which each silo serves one site, over a store's server; and a client that finds them by the membership.</summary>
internal sealed class SiteCluster(IStoreServer server, string folder, IReadOnlyList<string> sites) : IAsyncDisposable
{
    private const int EventsPerCall = 2_000;
    private static readonly TimeSpan StepMax = TimeSpan.FromSeconds(90);
    private readonly Dictionary<string, SiloProcess> _silos = [];
    private IHost? _client;
    private int _started;

    /// <summary>Grains as a client finds them.</summary>
    public IGrainFactory Grains => _client!.Services.GetRequiredService<IClusterClient>();

    /// <summary>What every silo is told.</summary>
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
    /// <exception cref="InvalidOperationException">A silo does not serve; the message holds what it wrote.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await server.StartAsync(cancellationToken);
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(server.Settings).Build();
        await SiloHost.InitializeStoreAsync(configuration, cancellationToken);
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
        await _client.StartAsync(cancellationToken);
    }

    /// <summary>Kills a site's silo at this instant, and starts another one in its place.</summary>
    public async Task ReplaceAsync(string site)
    {
        await _silos[site].Process.KillAsync();
        await StartAsync(site);
    }

    /// <summary>Imports customers; returns when all of it is durable.</summary>
    public async Task ImportAsync(string site, IEnumerable<CustomerImport> customers, CancellationToken cancellationToken)
    {
        var layout = await Grains.GetGrain<ISiteGrain>(site).GetLayoutAsync(cancellationToken);
        foreach (var group in customers.GroupBy(import => CustomerKey.Create(site, import.CustomerId).PartitionOf(layout.PartitionCount)))
        {
            var partition = Grains.GetGrain<IPartitionGrain>(new PartitionKey(site, group.Key).GrainKey);
            foreach (var call in Calls(group))
            {
                await partition.ImportAsync([.. call], cancellationToken);
            }
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

    /// <summary>Customers in calls of a bounded size; one with more events than a call holds comes in several.</summary>
    private static IEnumerable<List<CustomerImport>> Calls(IEnumerable<CustomerImport> customers)
    {
        var (call, events) = (new List<CustomerImport>(), 0);
        foreach (var part in customers.SelectMany(customer => customer.Events.Chunk(EventsPerCall).Select(chunk => customer with { Events = [.. chunk] })))
        {
            if (events + part.Events.Length > EventsPerCall && call.Count > 0)
            {
                yield return call;
                (call, events) = ([], 0);
            }

            call.Add(part);
            events += part.Events.Length;
        }

        if (call.Count > 0)
        {
            yield return call;
        }
    }

    private async Task StartAsync(string site)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"{site}-{++_started}");
        var silo = new SiloProcess(name, Path.Combine(folder, name), Settings.Append(new("OrleansSeg:Role:Sites:0", site)));
        _silos[site] = silo;
        await silo.ServingAsync(StepMax);
    }
}
