using Microsoft.Extensions.DependencyInjection;
using OrleansSeg.Client;
using OrleansSeg.Events;

namespace OrleansSeg.EndToEnd.Tests;

/// <summary>A server that runs no inference.</summary>
public sealed class StorefrontServerTests : IDisposable
{
    private readonly WorkFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [SkippableFact]
    public async Task Storefront_RecordsAndAnswers_WithoutTheTensorLibrary()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "What a process has loaded is read from /proc.");
        var config = Path.Combine(_folder.FullPath, "storefront.json");
        await File.WriteAllTextAsync(config, """{ "OrleansSeg": { "Inference": { "Enabled": false }, "Site": { "PartitionCount": 2 } } }""");
        await using var server = _folder.StartServer("--config", config);
        using var host = await Storefront.ConnectAsync(await WorkFolder.GatewayOfAsync(server));
        var client = host.Services.GetRequiredService<SegmentationClient>();
        for (var i = 0; i < 50; i++)
        {
            var receipt = await client.RecordAsync($"c{i}", [new BehaviourEvent
            {
                EventId = "first", Type = EventType.Purchase, Timestamp = TimeProvider.System.GetUtcNow(), Item = "i", Quantity = 1, UnitPrice = 2m, OrderId = "o", Text = "a lamp",
            }]);
            Assert.Equal(1, receipt.Added);
        }

        Assert.Equal("unscored", (await client.Customer("c1").LookUpFreshAsync(default)).Segment);
        Assert.Equal(50, (await client.GetSegmentSizesAsync()).Values.Sum());
        var swept = await Task.WhenAll(client.Partition(0).SweepAsync(100, default), client.Partition(1).SweepAsync(100, default));
        Assert.Equal(50, swept.Sum(receipt => receipt.Examined));
        var loaded = await File.ReadAllTextAsync($"/proc/{server.Id}/maps");
        Assert.Contains("libcoreclr", loaded, StringComparison.Ordinal);
        Assert.DoesNotContain("torch", loaded, StringComparison.OrdinalIgnoreCase);
    }
}
