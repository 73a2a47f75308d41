using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;
using Orleans.Hosting;

namespace OrleansSeg.Persistence.AzureTables.Tests;

/// <summary>Silos and clients as programs make them: hosts that listen on loopback and find each other in the tables only.</summary>
internal static class TestSilo
{
    public const string StorageName = "store";

    public static IHost Create(string clusterId, Action<AzureTablesOptions> account, ILoggerProvider? logs = null)
    {
        var builder = NewHost(logs);
        var (siloPort, gatewayPort) = FreePorts();
        builder.UseOrleans(silo =>
        {
            silo.Configure<ClusterOptions>(cluster => (cluster.ClusterId, cluster.ServiceId) = (clusterId, clusterId));
            silo.ConfigureEndpoints(IPAddress.Loopback, siloPort, gatewayPort);
            silo.UseAzureTablesClustering(account);
            silo.AddAzureTablesGrainStorage(null, StorageName);
            silo.UseAzureTablesReminderService();
        });
        return builder.Build();
    }

    public static async Task<IHost> StartAsync(string clusterId, string connectionString)
    {
        var host = Create(clusterId, options => options.ConnectionString = connectionString);
        await host.StartAsync();
        return host;
    }

    public static async Task<IHost> StartClientAsync(string clusterId, string connectionString)
    {
        var builder = NewHost(null);
        builder.UseOrleansClient(client =>
        {
            client.Configure<ClusterOptions>(cluster => (cluster.ClusterId, cluster.ServiceId) = (clusterId, clusterId));
            client.UseAzureTablesClustering(options => options.ConnectionString = connectionString);
        });
        var host = builder.Build();
        await host.StartAsync();
        return host;
    }

    public static IGrainFactory Grains(this IHost client) => client.Services.GetRequiredService<IClusterClient>();

    private static HostApplicationBuilder NewHost(ILoggerProvider? logs)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        if (logs is not null)
        {
            builder.Logging.SetMinimumLevel(LogLevel.Trace).AddProvider(logs);
        }

        return builder;
    }

    private static (int Silo, int Gateway) FreePorts()
    {
        using var one = new TcpListener(IPAddress.Loopback, 0);
        using var other = new TcpListener(IPAddress.Loopback, 0);
        one.Start();
        other.Start();
        return (((IPEndPoint)one.LocalEndpoint).Port, ((IPEndPoint)other.LocalEndpoint).Port);
    }
}
