using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Hosting;
using OrleansSeg.Silo.Configuration;
using OrleansSeg.Silo.Health;
using OrleansSeg.Silo.Storage;

namespace OrleansSeg.Silo.Hosting;

/// <summary>Composes a silo from its configuration.</summary>
public static class SiloHost
{
    private static readonly TimeSpan ShutdownTimeout = TimeSpan.FromSeconds(60);

    /// <summary>A silo that serves: gateway for clients, health and metrics over HTTP.</summary>
    /// <param name="configuration">The silo-config file and whatever goes before it.</param>
    /// <exception cref="OptionsValidationException">A setting breaks its bound or does not exist; the message names it.</exception>
    public static RunningSilo CreateServer(IConfiguration configuration)
    {
        // Empty: a silo follows its own configuration, not what lies in the working folder or ASPNETCORE_ variables.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        var top = Compose(builder, configuration, LogLevel.Information, out var network);
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(ListenAddressOf(network), network.HttpPort));
        builder.Services.AddRoutingCore();
        builder.Services.AddHealthChecks()
            .AddCheck<SiloHealthCheck>("silo", tags: ["ready"])
            .AddCheck<StoreHealthCheck>("store", tags: ["ready"]);
        Telemetry.Add(builder.Services, top);
        var application = builder.Build();
        HealthEndpoints.Map(application);
        application.MapPrometheusScrapingEndpoint("/metrics");
        return new RunningSilo(application, network);
    }

    /// <summary>A silo inside another program, without HTTP, on free ports.</summary>
    /// <param name="configuration">The silo-config file and whatever goes before it.</param>
    /// <exception cref="OptionsValidationException">A setting breaks its bound or does not exist; the message names it.</exception>
    public static RunningSilo CreateEmbedded(IConfiguration configuration)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        var anyPorts = new ConfigurationBuilder().AddConfiguration(configuration).AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["OrleansSeg:Network:SiloPort"] = "0",
            ["OrleansSeg:Network:GatewayPort"] = "0",
        }).Build();
        Compose(builder, anyPorts, LogLevel.Warning, out var network);
        return new RunningSilo(builder.Build(), network);
    }

    /// <summary>Makes the configured store ready for a first start.</summary>
    /// <param name="configuration">The silo-config file and whatever goes before it.</param>
    /// <param name="cancellationToken">Stops; the store then stays as it was.</param>
    /// <returns>What was found and made; null for a store that a silo makes by starting.</returns>
    /// <exception cref="OptionsValidationException">A setting breaks its bound or does not exist; the message names it.</exception>
    /// <exception cref="StoreStartException">The store refused or did not answer.</exception>
    public static async Task<StoreInitialization?> InitializeStoreAsync(IConfiguration configuration, CancellationToken cancellationToken)
    {
        var top = ConfigurationSections.ReadTop(configuration);
        using var loggers = LoggerFactory.Create(logging => ConfigureLogging(logging, top, LogLevel.Warning, configuration));
        return await StorageBackends.Named(top.Storage).InitializeAsync(configuration.GetSection(ConfigurationSections.Root), loggers, cancellationToken);
    }

    private static SiloSettings Compose(IHostApplicationBuilder builder, IConfiguration configuration, LogLevel level, out NetworkOptions network)
    {
        var top = ConfigurationSections.ReadTop(configuration);
        var cluster = ConfigurationSections.Read(configuration, ConfigurationSections.Orleans, new ClusterSettingsValidator());
        var ports = ConfigurationSections.Read<NetworkOptions>(
            configuration, $"{ConfigurationSections.Root}:Network", new NetworkOptionsValidator(), new NetworkAddressValidator());
        var resolved = FreePort.Resolve(ListenAddressOf(ports), ports.SiloPort, ports.GatewayPort, ports.HttpPort);
        (ports.SiloPort, ports.GatewayPort, ports.HttpPort) = (resolved[0], resolved[1], resolved[2]);
        network = ports;
        ConfigureLogging(builder.Logging, top, level, configuration);
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = ShutdownTimeout);
        ConfigurationSections.Bind(builder.Services, configuration, StorageBackends.Named(top.Storage));
        builder.UseOrleans(silo => ConfigureSilo(silo, top, ports, cluster));
        return top;
    }

    private static void ConfigureSilo(ISiloBuilder silo, SiloSettings top, NetworkOptions ports, ClusterSettings cluster)
    {
        StorageBackends.Named(top.Storage).Add(silo, top, ports);
        silo.Configure<ClusterOptions>(options => (options.ClusterId, options.ServiceId) = (cluster.ClusterId, cluster.ServiceId));
        silo.Services.AddOptions<ClusterMembershipOptions>().Configure<IOptions<MembershipOptions>>(MembershipOptions.Apply);
        silo.Configure<EndpointOptions>(endpoint =>
        {
            var listen = ListenAddressOf(ports);
            (endpoint.AdvertisedIPAddress, endpoint.SiloPort, endpoint.GatewayPort) = (IPAddress.Parse(ports.Address), ports.SiloPort, ports.GatewayPort);
            endpoint.SiloListeningEndpoint = new IPEndPoint(listen, ports.SiloPort);
            endpoint.GatewayListeningEndpoint = new IPEndPoint(listen, ports.GatewayPort);
        });
        silo.Services.Replace(ServiceDescriptor.Singleton<IFatalErrorHandler, FatalErrors>());
        silo.AddOrleansSegGrains();
    }

    private static IPAddress ListenAddressOf(NetworkOptions network) => IPAddress.Parse(network.ListenAddress ?? network.Address);

    private static void ConfigureLogging(ILoggingBuilder logging, SiloSettings top, LogLevel level, IConfiguration configuration)
    {
        logging.ClearProviders();
        logging.SetMinimumLevel(level);

        // With the dot: a filter means every category that begins so, and ours begin with OrleansSeg.
        logging.AddFilter("Orleans.", level == LogLevel.Warning ? LogLevel.Error : LogLevel.Warning).AddFilter("Microsoft", LogLevel.Warning);

        // Orleans retries placements through it, and it tells of every one that needed no retry.
        logging.AddFilter("Polly", LogLevel.Warning);

        // It takes the time since the machine started for a stall of its own, each time a silo starts.
        logging.AddFilter("Orleans.Runtime.Watchdog", LogLevel.Error);

        // A start that fails is the caller's to report: it gets the exception.
        logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None);
        logging.AddConfiguration(configuration.GetSection("Logging"));

        // Standard output belongs to answers.
        logging.AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        _ = top.LogFormat == "json"
            ? logging.AddJsonConsole(format => (format.UseUtcTimestamp, format.IncludeScopes, format.TimestampFormat) = (true, true, "yyyy-MM-dd'T'HH:mm:ss.fff'Z'"))
            : logging.AddSimpleConsole(format => (format.SingleLine, format.TimestampFormat) = (true, "HH:mm:ss "));
    }
}
