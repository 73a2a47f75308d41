using System.Globalization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OrleansSeg.Silo.Hosting;

namespace OrleansSeg.Client.Tests;

/// <summary>A serving silo that clients reach over TCP on the loopback address, and that can be stopped and started again.</summary>
public sealed class SiloOverTcp : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("orleansseg-client-").FullName;
    private RunningSilo? _silo;

    /// <summary>The silo.</summary>
    public RunningSilo Silo => _silo ?? throw new InvalidOperationException("The silo is down.");

    /// <summary>Where clients connect.</summary>
    public string Gateway { get; private set; } = "";

    /// <inheritdoc />
    public async Task InitializeAsync()
    {
        await StartAsync("0");
        Gateway = string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{Silo.Network.GatewayPort}");
    }

    /// <summary>Stops the silo.</summary>
    public async Task StopAsync()
    {
        await Silo.DisposeAsync();
        _silo = null;
    }

    /// <summary>Starts the silo on the port it had.</summary>
    public Task StartAgainAsync() => StartAsync(Gateway[(Gateway.IndexOf(':', StringComparison.Ordinal) + 1)..]);

    /// <summary>A storefront's host, connected.</summary>
    public async Task<IHost> ConnectAsync(string site)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Logging.AddFilter(_ => false);
        builder.AddOrleansSegClient(options =>
        {
            options.Gateways.Add(Gateway);
            options.Site = site;
        });
        var host = builder.Build();
        await host.StartAsync();
        return host;
    }

    /// <inheritdoc />
    public async Task DisposeAsync()
    {
        if (_silo is not null)
        {
            await StopAsync();
        }

        Directory.Delete(_folder, recursive: true);
    }

    private async Task StartAsync(string gatewayPort)
    {
        _silo = SiloHost.CreateServer(new ConfigurationBuilder().AddInMemoryCollection(
        [
            new("OrleansSeg:DataDirectory", Path.Combine(_folder, "data")),
            new("OrleansSeg:Network:SiloPort", "0"),
            new("OrleansSeg:Network:GatewayPort", gatewayPort),
            new("OrleansSeg:Network:HttpPort", "0"),
            new("OrleansSeg:Site:PartitionCount", "8"),
            new("Logging:LogLevel:Default", "None"),
        ]).Build());
        await _silo.StartAsync(CancellationToken.None);
    }
}
