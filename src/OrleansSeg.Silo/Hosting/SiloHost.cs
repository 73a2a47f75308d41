using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Hosting;
using OrleansSeg.Customers;
using OrleansSeg.Models;
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
        var builder = WebApplication.CreateSlimBuilder();
        var top = Compose(builder, configuration, LogLevel.Information, out var network);
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Parse(network.Address), network.HttpPort));
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

    private static SiloSettings Compose(IHostApplicationBuilder builder, IConfiguration configuration, LogLevel level, out NetworkOptions network)
    {
        var top = ConfigurationSections.ReadTop(configuration);
        var ports = ConfigurationSections.Read<NetworkOptions>(configuration, "Network", new NetworkOptionsValidator(), new NetworkAddressValidator());
        var inference = ConfigurationSections.Read<Inference.InferenceOptions>(configuration, "Inference");
        var address = IPAddress.Parse(ports.Address);
        ports.SiloPort = FreePort.Resolve(address, ports.SiloPort);
        ports.GatewayPort = FreePort.Resolve(address, ports.GatewayPort);
        ports.HttpPort = FreePort.Resolve(address, ports.HttpPort);
        network = ports;
        ConfigureLogging(builder.Logging, top, level, configuration);
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = ShutdownTimeout);
        ConfigurationSections.Bind(builder.Services, configuration);
        builder.Services.Configure<FolderModelStoreOptions>(store => store.Directory = Path.Combine(top.DataDirectory, "models"));
        builder.UseOrleans(silo => ConfigureSilo(silo, top, ports, inference.Enabled, configuration));
        return top;
    }

    private static void ConfigureSilo(ISiloBuilder silo, SiloSettings top, NetworkOptions ports, bool runsInference, IConfiguration configuration)
    {
        silo.UseLocalhostClustering(ports.SiloPort, ports.GatewayPort);
        silo.Configure<ClusterOptions>(cluster =>
        {
            cluster.ClusterId = configuration["Orleans:ClusterId"] ?? "orleansseg";
            cluster.ServiceId = configuration["Orleans:ServiceId"] ?? "orleansseg";
        });
        silo.Configure<EndpointOptions>(endpoint => endpoint.AdvertisedIPAddress = IPAddress.Parse(ports.Address));
        silo.AddSqliteGrainStorage(store => store.Directory = top.DataDirectory, "orleansseg");
        silo.UseSqliteReminderService();
        silo.Services.AddSingleton<IGrainStateCatalog, SqliteStateCatalog>();
        silo.AddOrleansSegGrains(runsInference);
    }

    private static void ConfigureLogging(ILoggingBuilder logging, SiloSettings top, LogLevel level, IConfiguration configuration)
    {
        logging.ClearProviders();
        logging.SetMinimumLevel(level);
        logging.AddFilter("Orleans", level == LogLevel.Warning ? LogLevel.Error : LogLevel.Warning).AddFilter("Microsoft", LogLevel.Warning);

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
            ? logging.AddJsonConsole(format => (format.UseUtcTimestamp, format.IncludeScopes) = (true, true))
            : logging.AddSimpleConsole(format => (format.SingleLine, format.TimestampFormat) = (true, "HH:mm:ss "));
    }
}
