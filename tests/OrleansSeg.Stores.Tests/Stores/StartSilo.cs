using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;
using Orleans.Hosting;
using OrleansSeg.Persistence.AzureTables.Tests;
using OrleansSeg.Silo.Configuration;
using OrleansSeg.Silo.Hosting;
using OrleansSeg.Silo.Storage;

namespace OrleansSeg.Stores.Tests;

/// <summary>Starts a bare silo on a store, every log line of every level kept.</summary>
internal static class StartSilo
{
    /// <summary>Wants the start to fail; returns why and what was logged.</summary>
    public static async Task<(Exception Failure, RecordedLogs Logs)> FailAsync(IConfiguration configuration)
    {
        var logs = new RecordedLogs();
        using var host = Create(configuration, logs);
        return (await Assert.ThrowsAnyAsync<Exception>(() => StartAsync(host)), logs);
    }

    /// <summary>Starts and stops; returns what was logged.</summary>
    public static async Task<RecordedLogs> RunAsync(IConfiguration configuration)
    {
        var logs = new RecordedLogs();
        using var host = Create(configuration, logs);
        await StartAsync(host);
        await host.StopAsync();
        return logs;
    }

    /// <summary>Wants a secret to be in no line and no exception.</summary>
    public static void AssertNotTold(string secret, Exception? failure, RecordedLogs logs)
    {
        Assert.DoesNotContain(secret, $"{failure}", StringComparison.Ordinal);
        Assert.DoesNotContain(logs.Lines, line => line.Text.Contains(secret, StringComparison.Ordinal));
    }

    private static async Task StartAsync(IHost host)
    {
        await host.Services.GetRequiredService<StoreGate>().PassAsync(CancellationToken.None);
        await host.StartAsync();
    }

    private static IHost Create(IConfiguration configuration, RecordedLogs logs)
    {
        var root = configuration.GetSection("OrleansSeg");
        var backend = StorageBackends.Named(root["Storage"]!);
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Logging.SetMinimumLevel(LogLevel.Trace).AddProvider(logs);
        backend.Bind(builder.Services, root);
        builder.UseOrleans(silo =>
        {
            backend.Add(silo, new SiloSettings { DataDirectory = root["DataDirectory"]! }, new NetworkOptions());
            silo.Configure<ClusterOptions>(cluster => (cluster.ClusterId, cluster.ServiceId) = ($"t{Guid.NewGuid():N}", $"t{Guid.NewGuid():N}"));
            silo.ConfigureEndpoints(System.Net.IPAddress.Loopback, FreePort.OnLoopback(), FreePort.OnLoopback());
        });
        return builder.Build();
    }
}
