using System.Globalization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OrleansSeg.Client;
using OrleansSeg.Persistence.Sqlite;
using OrleansSeg.Silo.Hosting;

namespace OrleansSeg.Cli.Sessions;

/// <summary>The way from a verb to the grains: a silo in this process, or a client of one that serves.</summary>
internal sealed class ClusterSession : IAsyncDisposable
{
    private static readonly TimeSpan ConnectMax = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan ServerStartMax = TimeSpan.FromSeconds(30);
    private readonly List<IAsyncDisposable> _parts = [];

    private ClusterSession(IGrainFactory grains, string site) => (Grains, Client) = (grains, new SegmentationClient(grains, site));

    /// <summary>All grains.</summary>
    public IGrainFactory Grains { get; }

    /// <summary>The site's customers.</summary>
    public SegmentationClient Client { get; }

    /// <summary>The silo, when it runs in this process.</summary>
    public RunningSilo? Silo { get; private init; }

    /// <summary>Opens a session.</summary>
    /// <param name="settings">The command line.</param>
    /// <param name="verb">What this process does, told to others who want the directory.</param>
    /// <param name="cancellationToken">Stops the attempt.</param>
    /// <param name="overrides">Settings of a silo in this process that the verb itself decides.</param>
    /// <exception cref="DirectoryHeldException">Another verb holds the directory.</exception>
    public static async Task<ClusterSession> OpenAsync(
        CommonSettings settings, string verb, CancellationToken cancellationToken, IReadOnlyDictionary<string, string?>? overrides = null)
    {
        var configuration = SiloConfiguration.Read(settings, overrides);
        var isShared = ClusterGateways.AreInTheStore(configuration);
        if (settings.Connect)
        {
            return isShared
                ? await ConnectThroughStoreAsync(settings, configuration, ConnectMax, cancellationToken)
                : await ConnectAsync(settings, configuration, configuration.GetValue("OrleansSeg:Network:GatewayPort", 30_000), cancellationToken);
        }

        if (isShared && await TryConnectThroughStoreAsync(settings, configuration, cancellationToken) is { } running)
        {
            return running;
        }

        var directory = SiloConfiguration.DataDirectoryOf(configuration);
        var holder = new DirectoryHolder(Environment.ProcessId, verb, TimeProvider.System.GetUtcNow(), null);
        var began = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var held = DataDirectoryLock.TryAcquire(directory, holder, out var other);
            if (held is not null)
            {
                return await HostAsync(settings, configuration, held, cancellationToken);
            }

            if (other is { Verb: "serve", GatewayPort: { } port })
            {
                return await ConnectAsync(settings, configuration, port, cancellationToken);
            }

            // A server says its port only once it listens.
            if (other is { Verb: not "serve" } || TimeProvider.System.GetElapsedTime(began) > ServerStartMax)
            {
                throw new DirectoryHeldException(directory, other);
            }

            await Task.Delay(TimeSpan.FromMilliseconds(100), cancellationToken);
        }
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        foreach (var part in _parts)
        {
            await part.DisposeAsync();
        }
    }

    private static async Task<ClusterSession> HostAsync(
        CommonSettings settings, IConfiguration configuration, DataDirectoryLock held, CancellationToken cancellationToken)
    {
        try
        {
            var silo = SiloHost.CreateEmbedded(configuration);
            await silo.StartAsync(cancellationToken);
            var session = new ClusterSession(silo.Grains, settings.Site) { Silo = silo };
            session._parts.AddRange([silo, new Released(held)]);
            return session;
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    /// <summary>Connects to a silo's gateway.</summary>
    /// <exception cref="VerbFailedException">Nothing answers there.</exception>
    public static async Task<ClusterSession> ConnectAsync(
        CommonSettings settings, int port, CancellationToken cancellationToken) =>
        await ConnectAsync(settings, SiloConfiguration.Read(settings), port, cancellationToken);

    private static Task<ClusterSession> ConnectAsync(
        CommonSettings settings, IConfiguration configuration, int port, CancellationToken cancellationToken)
    {
        var gateway = string.Create(CultureInfo.InvariantCulture, $"{configuration["OrleansSeg:Network:Address"] ?? "127.0.0.1"}:{port}");
        return ConnectAsync(
            settings,
            $"at {gateway}",
            builder => builder.AddOrleansSegClient(client =>
            {
                Fill(client, settings, configuration, ConnectMax);
                client.Gateways.Add(gateway);
            }),
            cancellationToken);
    }

    private static Task<ClusterSession> ConnectThroughStoreAsync(
        CommonSettings settings, IConfiguration configuration, TimeSpan atMost, CancellationToken cancellationToken) => ConnectAsync(
        settings,
        "by its membership in the store",
        builder => builder.AddOrleansSegClient(
            client => Fill(client, settings, configuration, atMost), client => ClusterGateways.AddTo(client, configuration)),
        cancellationToken);

    /// <summary>One attempt; null when no silo of the cluster lives, or the store does not say.</summary>
    private static async Task<ClusterSession?> TryConnectThroughStoreAsync(
        CommonSettings settings, IConfiguration configuration, CancellationToken cancellationToken)
    {
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        enough.CancelAfter(ConnectMax);
        try
        {
            return await ConnectThroughStoreAsync(settings, configuration, TimeSpan.Zero, enough.Token);
        }
        catch (Exception exception) when (exception is VerbFailedException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            // A silo in this process takes its place; if the store is the reason, its start says so.
            return null;
        }
    }

    private static void Fill(OrleansSegClientOptions client, CommonSettings settings, IConfiguration configuration, TimeSpan atMost)
    {
        client.ClusterId = configuration["Orleans:ClusterId"] ?? client.ClusterId;
        client.ServiceId = configuration["Orleans:ServiceId"] ?? client.ServiceId;
        client.Site = settings.Site;
        client.ConnectTimeout = atMost;
    }

    private static async Task<ClusterSession> ConnectAsync(
        CommonSettings settings, string where, Action<HostApplicationBuilder> addClient, CancellationToken cancellationToken)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Logging.AddFilter(_ => false);
        addClient(builder);
        var host = builder.Build();
        try
        {
            await host.StartAsync(cancellationToken);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            host.Dispose();
            throw exception is OptionsValidationException ? exception : new VerbFailedException($"No cluster answers {where}: {exception.GetBaseException().Message}");
        }

        var session = new ClusterSession(host.Services.GetRequiredService<IClusterClient>(), settings.Site);
        session._parts.Add(new Stopped(host));
        return session;
    }

    private sealed class Stopped(IHost host) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            await host.StopAsync();
            host.Dispose();
        }
    }

    private sealed class Released(DataDirectoryLock held) : IAsyncDisposable
    {
        public ValueTask DisposeAsync()
        {
            held.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
