using System.Globalization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OrleansSeg.Cli.Bench.Chaos.Stores;
using OrleansSeg.Client;
using OrleansSeg.Silo.Hosting;

namespace OrleansSeg.Cli.Bench.Chaos;

/// <summary>One run: a cluster of processes under load, faults in an order that the seed decides, and the comparison at the end.</summary>
/// <remarks>One client lives from the first silo to the end of the run; by then every silo that it began with is gone.</remarks>
internal sealed class ChaosRun
{
    private readonly ChaosSettings _settings;
    private readonly IStoreServer _server;
    private readonly Action<string> _say;
    private readonly TimeProvider _time = TimeProvider.System;
    private readonly Random _random;
    private readonly Outages _outages;
    private readonly Ledger _ledger = new();
    private readonly List<string> _history = [];
    private readonly List<string> _problems = [];
    private readonly Dictionary<string, int> _faults = [];
    private readonly long _began;

    private ChaosRun(ChaosSettings settings, IStoreServer server, Action<string> say)
    {
        (_settings, _server, _say) = (settings, server, say);
        _random = new Random(settings.Seed);
        _outages = new Outages(_time);
        _began = _time.GetTimestamp();
    }

    /// <summary>Runs.</summary>
    /// <param name="settings">What the run is made of.</param>
    /// <param name="server">The store's server; it is started here.</param>
    /// <param name="say">Hears what happens while it happens.</param>
    /// <param name="cancellationToken">Ends the run without a result.</param>
    public static async Task<ChaosReport> RunAsync(ChaosSettings settings, IStoreServer server, Action<string> say, CancellationToken cancellationToken)
    {
        var run = new ChaosRun(settings, server, say);
        await server.StartAsync(cancellationToken);
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(server.Settings).Build();
        await SiloHost.InitializeStoreAsync(configuration, cancellationToken);
        await using var cluster = new ChaosCluster(settings, server, run.Tell);
        await cluster.GrowAsync();
        using var client = await run.ConnectAsync(cluster, cancellationToken);
        try
        {
            return await run.RunAsync(cluster, client.Services, cancellationToken);
        }
        finally
        {
            await client.StopAsync(CancellationToken.None);
        }
    }

    private async Task<ChaosReport> RunAsync(ChaosCluster cluster, IServiceProvider services, CancellationToken cancellationToken)
    {
        var client = services.GetRequiredService<SegmentationClient>();
        var load = new ChaosLoad(client, _settings, _ledger, _outages, _time);
        await load.FillAsync(cancellationToken);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var consents = new ConsentLoad(client, _settings);
        var loading = Task.WhenAll(load.RunAsync(stop.Token), consents.RunAsync(stop.Token));
        await ResizeAsync(cluster, _settings.Silos);
        var schedule = new FaultSchedule(_random, canGrow: _settings.SilosMax > 1, canStopStore: _server.CanStop);
        while (Elapsed < _settings.Duration && _faults.Values.Sum() < _settings.FaultsMax)
        {
            await Task.Delay(_settings.FaultPause.Min + ((_settings.FaultPause.Max - _settings.FaultPause.Min) * _random.NextDouble()), cancellationToken);
            await DoAsync(schedule.Next(), cluster, cancellationToken);
            cluster.TakeEnded();
            await GrowToAsync(cluster, _settings.Silos);
        }

        await stop.CancelAsync();
        await loading;
        Tell($"load ended: {_ledger.Acknowledged} events acknowledged, {_ledger.Uncertain} uncertain, {load.Lookups} look-ups");
        var mismatches = await new ChaosCheck(services.GetRequiredService<IClusterClient>(), client, _settings, _ledger, _time).RunAsync(consents.Expected, cancellationToken);
        _problems.AddRange(mismatches.Examples);
        Tell("compared");
        return Report(load, mismatches.Count);
    }

    private async Task DoAsync(FaultKind fault, ChaosCluster cluster, CancellationToken cancellationToken)
    {
        Tell($"fault: {fault}");
        _faults[fault.ToString()] = _faults.GetValueOrDefault(fault.ToString()) + 1;
        switch (fault)
        {
            case FaultKind.Grow:
                await GrowToAsync(cluster, _settings.SilosMax);
                break;
            case FaultKind.Shrink:
                await ResizeAsync(cluster, _settings.Silos > 1 ? _settings.Silos - 1 : 1);
                break;
            case FaultKind.RollingRestart:
                for (var n = cluster.Count; n > 0; n--)
                {
                    Note(await cluster.StopAsync(0));
                    await cluster.GrowAsync();
                }

                break;
            case FaultKind.Kill:
                await cluster.KillAsync(_random.Next(cluster.Count));
                await GrowToAsync(cluster, _settings.Silos);
                break;
            case FaultKind.Freeze:
                Note(await cluster.FreezeAsync(_random.Next(cluster.Count), cancellationToken));
                break;
            case FaultKind.PowerCut:
                _outages.Begin();
                while (cluster.Count > 0)
                {
                    await cluster.KillAsync(0);
                }

                await cluster.GrowAsync();
                _outages.End();
                break;
            case FaultKind.StoreAway:
                await StopStoreAsync(cancellationToken);
                break;
        }
    }

    private async Task StopStoreAsync(CancellationToken cancellationToken)
    {
        var away = TimeSpan.FromSeconds(2) + ((_settings.StoreAwayMax - TimeSpan.FromSeconds(2)) * _random.NextDouble());
        _outages.Begin();
        Tell($"{_server.Store} ended by {await _server.StopAsync()}, for {away.TotalSeconds:0.0} s");
        await Task.Delay(away, cancellationToken);
        await _server.StartAsync(cancellationToken);
        _outages.End();
        Tell($"{_server.Store} is back");
    }

    private async Task ResizeAsync(ChaosCluster cluster, int silos)
    {
        while (cluster.Count > silos)
        {
            Note(await cluster.StopAsync(_random.Next(cluster.Count)));
        }

        await GrowToAsync(cluster, silos);
    }

    private static async Task GrowToAsync(ChaosCluster cluster, int silos)
    {
        while (cluster.Count < silos)
        {
            await cluster.GrowAsync();
        }
    }

    private async Task<IHost> ConnectAsync(ChaosCluster cluster, CancellationToken cancellationToken)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(cluster.Settings).Build();
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Logging.AddFilter(_ => false);
        if (ClusterGateways.AreInTheStore(configuration))
        {
            builder.AddOrleansSegClient(Fill, client => ClusterGateways.AddTo(client, configuration));
        }
        else
        {
            builder.AddOrleansSegClient(client =>
            {
                Fill(client);
                client.Gateways.Add(string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{cluster.GatewayPort}"));
            });
        }

        var host = builder.Build();
        await host.StartAsync(cancellationToken);
        return host;
    }

    private void Fill(OrleansSegClientOptions client) => (client.CallTimeout, client.GatewayRefreshPeriod) = (_settings.CallTimeout, TimeSpan.FromSeconds(2));

    private ChaosReport Report(ChaosLoad load, long mismatches) => new(
        "chaos",
        _settings.Store,
        _settings.Seed,
        Math.Round(_settings.Duration.TotalMinutes, 2),
        _settings.Silos,
        _faults.Values.Sum(),
        _ledger.Acknowledged,
        _ledger.Uncertain,
        _ledger.Lost,
        _ledger.Duplicated,
        load.Lookups,
        load.LookupFailures,
        (long)load.WorstRecovery.TotalMilliseconds,
        (long)_settings.RecoveryMax.TotalMilliseconds,
        load.RecordsFailed,
        mismatches,
        _faults,
        _history,
        [.. _problems, .. _ledger.Problems, .. load.Problems.Take(20)]);

    private TimeSpan Elapsed => _time.GetElapsedTime(_began);

    private void Note(string? problem)
    {
        if (problem is not null)
        {
            _problems.Add(problem);
        }
    }

    private void Tell(string what)
    {
        var line = string.Create(CultureInfo.InvariantCulture, $"{Elapsed.TotalSeconds,6:0.0} s {what}");
        _history.Add(line);
        _say(line);
    }
}
