using System.Net;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Hosting;
using OrleansSeg.Customers;
using OrleansSeg.Inference;
using OrleansSeg.Placement;
using OrleansSeg.Silo.Hosting;

namespace OrleansSeg.Silo.Tests;

public sealed class ConfigurationTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("orleansseg-config-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Defaults_AreValid()
    {
        await using var silo = SiloHost.CreateServer(ServerFixture.Configuration(_folder));
        await silo.StartAsync(CancellationToken.None);
        Assert.InRange(silo.Network.GatewayPort, 1, 65_535);
    }

    [Theory]
    [MemberData(nameof(EmbeddedFiles))]
    public async Task SiloConfigFile_OfTheEmbeddedStore_StartsASilo(string name)
    {
        var file = Path.Combine(SiloConfigFolder(), name);
        var configuration = new ConfigurationBuilder()
            .AddJsonFile(file)
            .AddConfiguration(ServerFixture.Configuration(_folder))
            .Build();
        await using var silo = SiloHost.CreateServer(configuration);
        await silo.StartAsync(CancellationToken.None);
        var inference = silo.Services.GetRequiredService<IOptions<InferenceOptions>>().Value;
        Assert.Equal(configuration.GetValue<TimeSpan>("OrleansSeg:Inference:LingerMax"), inference.LingerMax);
    }

    [Theory]
    [MemberData(nameof(EmbeddedFiles))]
    public async Task SiloConfigFile_LogsWhatWeDo_AndOnlyTheRuntimesWarnings(string name)
    {
        var configuration = new ConfigurationBuilder()
            .AddConfiguration(ServerFixture.Configuration(_folder))
            .AddJsonFile(Path.Combine(SiloConfigFolder(), name))
            .Build();
        await using var silo = SiloHost.CreateServer(configuration);
        var loggers = silo.Services.GetRequiredService<ILoggerFactory>();
        Assert.True(loggers.CreateLogger("OrleansSeg.Models.ServedModels").IsEnabled(LogLevel.Information));
        Assert.False(loggers.CreateLogger("Orleans.Runtime.Silo").IsEnabled(LogLevel.Information));
        Assert.True(loggers.CreateLogger("Orleans.Runtime.Silo").IsEnabled(LogLevel.Warning));
    }

    [Theory]
    [InlineData("storefront.json", false, true)]
    [InlineData("inference.json", true, false)]
    public async Task SiloConfigFile_OfARole_SetsIt_OverAStore(string name, bool runsInference, bool holdsCustomers)
    {
        var configuration = new ConfigurationBuilder()
            .AddJsonFile(Path.Combine(SiloConfigFolder(), "embedded.json"))
            .AddJsonFile(Path.Combine(SiloConfigFolder(), name))
            .AddConfiguration(ServerFixture.Configuration(_folder))
            .Build();
        await using var silo = SiloHost.CreateServer(configuration);
        await silo.StartAsync(CancellationToken.None);
        Assert.Equal(runsInference, silo.Services.GetRequiredService<IOptions<InferenceOptions>>().Value.Enabled);
        Assert.Equal(holdsCustomers, silo.Services.GetRequiredService<IOptions<RoleOptions>>().Value.HoldsCustomers);
    }

    public static TheoryData<string> EmbeddedFiles => [.. new DirectoryInfo(SiloConfigFolder()).EnumerateFiles("*.json")
        .Where(file => File.ReadAllText(file.FullName).Contains("\"Storage\": \"sqlite\"", StringComparison.Ordinal))
        .Select(file => file.Name)];

    [Theory]
    [InlineData("OrleansSeg:Inference:TokenBudget", "7", "TokenBudget")]
    [InlineData("OrleansSeg:Inference:LingerMax", "00:00:02", "LingerMax")]
    [InlineData("OrleansSeg:Customers:HotPageBytesMax", "1", "HotPageBytesMax")]
    [InlineData("OrleansSeg:Partitions:BucketEntriesMax", "0", "BucketEntriesMax")]
    [InlineData("OrleansSeg:Role:Sites:0", "Shop A", "Sites: 'Shop A' is not a site: 1 to 32 characters of a-z, 0-9 and '-' are needed.")]
    [InlineData("OrleansSeg:Training:Scheme", "gold", "Scheme is 'gold': predictive, rfm, label:attributes.NAME, discover or discover:MIN-MAX.")]
    [InlineData("OrleansSeg:Role:Site", "shop", "OrleansSeg:Role:Site is no setting; expected HoldsCustomers, Sites.")]
    [InlineData("OrleansSeg:Inference:Device", "cuda", "Device: 'cuda' was asked for, and this process sees no CUDA device")]
    [InlineData("OrleansSeg:Rescoring:WorkerSlots", "0", "WorkerSlots")]
    [InlineData("OrleansSeg:Site:Currency", "euro", "Currency")]
    [InlineData("OrleansSeg:Network:GatewayPort", "70000", "GatewayPort")]
    [InlineData("OrleansSeg:Network:Address", "shop", "Address")]
    [InlineData("OrleansSeg:Membership:ProbeTimeout", "00:02:00", "ProbeTimeout")]
    [InlineData("OrleansSeg:Membership:MissedProbesMax", "0", "MissedProbesMax")]
    [InlineData("OrleansSeg:LogFormat", "xml", "LogFormat")]
    [InlineData("OrleansSeg:Inference:TokenBudgett", "64", "TokenBudgett")]
    [InlineData("OrleansSeg:Inferences:TokenBudget", "64", "Inferences")]
    [InlineData("OrleansSeg:Inference:TokenBudget", "many", "TokenBudget")]
    [InlineData("OrleansSeg:Network:Address", "0.0.0.0", "Address: '0.0.0.0' is not the IP address of one machine.")]
    [InlineData("OrleansSeg:Network:ListenAddress", "everywhere", "ListenAddress: 'everywhere' is not an IP address.")]
    [InlineData("OrleansSeg:Sqlite:Directory", "/elsewhere", "OrleansSeg:Sqlite:Directory is no setting; the store lies in OrleansSeg:DataDirectory.")]
    [InlineData("OrleansSeg:Sqlite:GroupSizeMax", "0", "GroupSizeMax")]
    [InlineData("OrleanSeg:Inference:TokenBudget", "64", "OrleanSeg is no setting; expected Logging, Orleans, OrleansSeg.")]
    [InlineData("Orleans:ClusterID2", "shop", "Orleans:ClusterID2 is no setting; expected ClusterId, ServiceId.")]
    [InlineData("Orleans:ClusterId", "", "ClusterId")]
    [InlineData("OrleansSeg:Storage", "paper", "The field Storage must be one of 'azure', 'postgres', 'redis', 'sqlite'.")]
    public async Task Invalid_NamesTheField(string key, string value, string expected)
    {
        var exception = await Assert.ThrowsAsync<OptionsValidationException>(async () =>
        {
            await using var silo = SiloHost.CreateServer(ServerFixture.Configuration(_folder).Over(key, value));
            await silo.StartAsync(CancellationToken.None);
        });
        Assert.Contains(exception.Failures, failure => failure.Contains(expected, StringComparison.Ordinal));
    }

    [Fact]
    public void PortsThatAreTheSame_AreNamed()
    {
        var configuration = ServerFixture.Configuration(_folder)
            .Over("OrleansSeg:Network:GatewayPort", "30001").Over("OrleansSeg:Network:HttpPort", "30001");
        var exception = Assert.Throws<OptionsValidationException>(() => SiloHost.CreateServer(configuration));
        Assert.Equal("SiloPort, GatewayPort and HttpPort must differ; they are 0, 30001 and 30001.", exception.Message);
    }

    [Fact]
    public async Task ListenAddress_OpensOtherAddresses_WithoutTellingThem()
    {
        var configuration = ServerFixture.Configuration(_folder).Over("OrleansSeg:Network:ListenAddress", "0.0.0.0");
        await using var silo = SiloHost.CreateServer(configuration);
        await silo.StartAsync(CancellationToken.None);

        // The whole of 127.0.0.0/8 is this machine: the silo is found at an address that it does not know of.
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.UseOrleansClient(client => client
            .Configure<ClusterOptions>(cluster => (cluster.ClusterId, cluster.ServiceId) = ("orleansseg", "orleansseg"))
            .UseStaticClustering(new IPEndPoint(IPAddress.Parse("127.0.0.2"), silo.Network.GatewayPort)));
        using var client = builder.Build();
        await client.StartAsync();
        var assignment = await client.Services.GetRequiredService<IClusterClient>().GetGrain<ICustomerGrain>("default:ann").LookUpAsync();
        Assert.Equal("unknown", assignment.Segment);
        using var http = new HttpClient();
        Assert.Contains("Healthy", await http.GetStringAsync(new Uri($"http://127.0.0.3:{silo.Network.HttpPort}/health/ready")), StringComparison.Ordinal);
        await client.StopAsync();
    }

    private static string SiloConfigFolder() => Path.Combine(RepositoryFolder.Root.FullName, "silo-config");
}

/// <summary>Settings over settings.</summary>
internal static class ConfigurationExtensions
{
    /// <summary>The same configuration with one value replaced.</summary>
    public static IConfiguration Over(this IConfiguration configuration, string key, string value) => new ConfigurationBuilder()
        .AddConfiguration(configuration)
        .AddInMemoryCollection([KeyValuePair.Create(key, (string?)value)])
        .Build();
}
