using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using OrleansSeg.Inference;
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

    public static TheoryData<string> EmbeddedFiles => [.. new DirectoryInfo(SiloConfigFolder()).EnumerateFiles("*.json")
        .Where(file => File.ReadAllText(file.FullName).Contains("\"Storage\": \"sqlite\"", StringComparison.Ordinal))
        .Select(file => file.Name)];

    [Theory]
    [InlineData("OrleansSeg:Inference:TokenBudget", "7", "TokenBudget")]
    [InlineData("OrleansSeg:Inference:LingerMax", "00:00:02", "LingerMax")]
    [InlineData("OrleansSeg:Customers:HotPageBytesMax", "1", "HotPageBytesMax")]
    [InlineData("OrleansSeg:Partitions:BucketEntriesMax", "0", "BucketEntriesMax")]
    [InlineData("OrleansSeg:Rescoring:WorkerSlots", "0", "WorkerSlots")]
    [InlineData("OrleansSeg:Site:Currency", "euro", "Currency")]
    [InlineData("OrleansSeg:Network:GatewayPort", "70000", "GatewayPort")]
    [InlineData("OrleansSeg:Network:Address", "shop", "Address")]
    [InlineData("OrleansSeg:LogFormat", "xml", "LogFormat")]
    [InlineData("OrleansSeg:Inference:TokenBudgett", "64", "TokenBudgett")]
    [InlineData("OrleansSeg:Inferences:TokenBudget", "64", "Inferences")]
    [InlineData("OrleansSeg:Inference:TokenBudget", "many", "TokenBudget")]
    public async Task Invalid_NamesTheField(string key, string value, string expected)
    {
        var exception = await Assert.ThrowsAsync<OptionsValidationException>(async () =>
        {
            await using var silo = SiloHost.CreateServer(ServerFixture.Configuration(_folder).Over(key, value));
            await silo.StartAsync(CancellationToken.None);
        });
        Assert.Contains(exception.Failures, failure => failure.Contains(expected, StringComparison.Ordinal));
    }

    private static string SiloConfigFolder()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "OrleansSeg.sln")))
        {
            folder = folder.Parent;
        }

        return Path.Combine(folder!.FullName, "silo-config");
    }
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
