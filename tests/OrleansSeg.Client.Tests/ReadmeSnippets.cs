using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.Hosting;
using Orleans.Messaging;
using OrleansSeg.Events;
using OrleansSeg.Persistence.AzureTables;
using OrleansSeg.Segments;

namespace OrleansSeg.Client.Tests;

/// <summary>The README's code, compiled and run; a repository test compares the two.</summary>
public sealed class ReadmeSnippets(SiloOverTcp server) : IClassFixture<SiloOverTcp>
{
    [Fact]
    public void Storefront_OfSeveralSilos_FindsThemInTheirTable()
    {
        const string account = "AccountName=shop;AccountKey=bm90LWEta2V5;TableEndpoint=http://127.0.0.1:1/shop";
        var builder = Host.CreateApplicationBuilder();

        builder.AddOrleansSegClient(
            options => options.Site = "default",
            client => client.UseAzureTablesClustering(tables => tables.ConnectionString = account));

        using var host = builder.Build();
        Assert.IsType<AzureTablesGatewayListProvider>(host.Services.GetRequiredService<IGatewayListProvider>());
        Assert.Equal("default", host.Services.GetRequiredService<SegmentationClient>().Site);
    }

    [Fact]
    public async Task Storefront_RecordsAndLooksUp()
    {
        var gateway = server.Gateway;

        var builder = Host.CreateApplicationBuilder();
        builder.AddOrleansSegClient(options =>
        {
            options.Gateways.Add(gateway); // "127.0.0.1:30000"
            options.Site = "default";
        });
        using var host = builder.Build();
        await host.StartAsync();
        var segments = host.Services.GetRequiredService<SegmentationClient>();

        // Durable when it returns; the same event id again changes nothing.
        var receipt = await segments.RecordAsync("12347", [new BehaviourEvent
        {
            EventId = "order-581180-line-1", Type = EventType.Purchase, Timestamp = DateTimeOffset.Parse("2011-12-07T15:52:00Z"),
            OrderId = "581180", Item = "20719", Text = "WOODLAND CHARLOTTE BAG", Quantity = 10, UnitPrice = 0.85m,
        }]);

        // At once, and never waiting for inference; Stale says that newer behaviour is still being scored.
        SegmentAssignment now = await segments.LookUpAsync("12347");
        var many = await segments.LookUpManyAsync(["12347", "12748", "nobody"]);
        await foreach (var member in segments.GetMembersAsync("loyal"))
        {
            Console.WriteLine($"{member.Customer} {member.Probability:P0}");
        }

        Assert.Equal(1, receipt.Added);
        Assert.Equal(SegmentNames.Unscored, now.Segment);
        Assert.Equal([SegmentNames.Unscored, SegmentNames.Unknown, SegmentNames.Unknown], many.Select(assignment => assignment.Segment));
        await host.StopAsync();
    }
}
