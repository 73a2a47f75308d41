using System.Globalization;
using Microsoft.Extensions.Configuration;
using OrleansSeg.Silo.Hosting;

namespace OrleansSeg.Silo.Tests;

/// <summary>A serving silo on free ports of the loopback address and a store in a folder of its own.</summary>
public sealed class ServerFixture : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("orleansseg-silo-").FullName;
    private RunningSilo? _silo;

    /// <summary>The silo.</summary>
    public RunningSilo Silo => _silo ?? throw new InvalidOperationException("The silo is not up.");

    /// <summary>Folder of the store.</summary>
    public string DataDirectory => Path.Combine(_folder, "data");

    /// <summary>Calls the silo's HTTP endpoints.</summary>
    public HttpClient Http { get; } = new();

    /// <inheritdoc />
    public async Task InitializeAsync()
    {
        _silo = SiloHost.CreateServer(Configuration(DataDirectory));
        await _silo.StartAsync(CancellationToken.None);
        Http.BaseAddress = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{_silo.Network.HttpPort}"));
    }

    /// <inheritdoc />
    public async Task DisposeAsync()
    {
        Http.Dispose();
        await Silo.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>The smallest configuration of a serving silo.</summary>
    public static IConfiguration Configuration(string dataDirectory) => new ConfigurationBuilder().AddInMemoryCollection(
    [
        new("OrleansSeg:DataDirectory", dataDirectory),
        new("OrleansSeg:Network:SiloPort", "0"),
        new("OrleansSeg:Network:GatewayPort", "0"),
        new("OrleansSeg:Network:HttpPort", "0"),
        new("Logging:LogLevel:Default", "None"),
    ]).Build();
}
