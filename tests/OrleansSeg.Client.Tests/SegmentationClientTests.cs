using System.Collections.Immutable;
using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using OrleansSeg.Customers;
using OrleansSeg.Events;
using OrleansSeg.Segments;

namespace OrleansSeg.Client.Tests;

public sealed class SegmentationClientTests(SiloOverTcp server) : IClassFixture<SiloOverTcp>
{
    [Fact]
    public async Task LookUpMany_KeepsOrder_AnswersDuplicatesAndStrangers()
    {
        using var host = await server.ConnectAsync("order");
        var client = host.Services.GetRequiredService<SegmentationClient>();
        foreach (var id in Enumerable.Range(0, 40).Where(n => n % 2 == 0).Select(IdOf))
        {
            Assert.Equal(1, (await client.RecordAsync(id, Purchase("e1"))).Added);
        }

        string[] asked = [.. Enumerable.Range(0, 40).Reverse().Select(IdOf), IdOf(4), IdOf(4), "a/b#c?%", IdOf(3)];
        var answers = await client.LookUpManyAsync(asked);
        Assert.Equal(asked, answers.Select(answer => answer.Customer));
        Assert.All(answers, answer => Assert.Equal(
            int.TryParse(answer.Customer.AsSpan(1), CultureInfo.InvariantCulture, out var n) && n % 2 == 0 ? SegmentNames.Unscored : SegmentNames.Unknown,
            answer.Segment));
        Assert.Equal(answers[0], await client.LookUpAsync(asked[0]));
        await host.StopAsync();
    }

    [Fact]
    public async Task LookUpMany_WithAnIdOutOfBounds_AsksNothing()
    {
        var client = new SegmentationClient(server.Silo.Grains, "bounds");
        await Assert.ThrowsAsync<ArgumentException>(() => client.LookUpManyAsync(["ann", new string('x', 257)]));
        await Assert.ThrowsAsync<ArgumentException>(() => client.LookUpManyAsync([""]));
        Assert.Throws<ArgumentException>(() => new SegmentationClient(server.Silo.Grains, "Not A Site"));
    }

    [Fact]
    public async Task LookUpMany_OfNobody_IsEmpty() =>
        Assert.Empty(await new SegmentationClient(server.Silo.Grains, "nobody").LookUpManyAsync([]));

    [Fact]
    public async Task Members_AreStreamedOverPages_AndCounted()
    {
        using var host = await server.ConnectAsync("members");
        var client = host.Services.GetRequiredService<SegmentationClient>();
        const int count = 1_050;
        var layout = await client.GetLayoutAsync();
        var imports = Enumerable.Range(0, count).Select(n => new CustomerImport(IdOf(n), Purchase("e1"), ImmutableDictionary<string, string>.Empty));
        foreach (var group in imports.GroupBy(import => CustomerKey.Create("members", import.CustomerId).PartitionOf(layout.PartitionCount)))
        {
            await client.Partition(group.Key).ImportAsync([.. group], CancellationToken.None);
        }

        // Without consent to profiling a customer is in the segment that says so, and the index hears of it through the outbox.
        for (var n = 0; n < 3; n++)
        {
            await client.Customer(IdOf(n)).SetConsentAsync(ConsentPurpose.Profiling, false, CancellationToken.None);
        }

        var sizes = await SizesWhenAsync(client, all => all.GetValueOrDefault(SegmentNames.Unprofiled) == 3);
        Assert.Equal(count, sizes.Values.Sum());
        var unscored = new List<string>();
        await foreach (var member in client.GetMembersAsync(SegmentNames.Unscored))
        {
            unscored.Add(member.Customer);
        }

        Assert.Equal(count - 3, unscored.Distinct().Count());
        Assert.Equal(count - 3, unscored.Count);
        await host.StopAsync();
    }

    [Fact]
    public async Task Client_WhoseServerIsRestarted_GoesOn()
    {
        using var host = await server.ConnectAsync("restart");
        var client = host.Services.GetRequiredService<SegmentationClient>();
        await client.RecordAsync("ann", Purchase("e1"));
        await server.StopAsync();
        await server.StartAgainAsync();

        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        RecordReceipt? receipt = null;
        while (receipt is null)
        {
            try
            {
                receipt = await client.RecordAsync("ann", Purchase("e2"), deadline.Token);
            }
            catch (Exception exception) when (exception is not ArgumentException && !deadline.IsCancellationRequested)
            {
                // The client has not found its way back yet.
                await Task.Delay(100, deadline.Token);
            }
        }

        var history = await client.Customer("ann").GetHistoryAsync(new HistoryQuery(null, null, null, 10), CancellationToken.None);
        Assert.Equal(["e1", "e2"], history.Events.Select(e => e.EventId));
        await host.StopAsync();
    }

    [Fact]
    public void Options_OutOfBounds_NameEveryField()
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        var exception = Assert.Throws<OptionsValidationException>(() => builder.AddOrleansSegClient(options =>
        {
            options.Site = "Not A Site";
            options.ConnectTimeout = TimeSpan.FromHours(2);
            options.Gateways.Add("nowhere");
        }));
        Assert.Contains("Site", exception.Message, StringComparison.Ordinal);
        Assert.Contains("ConnectTimeout", exception.Message, StringComparison.Ordinal);
        Assert.Contains("'nowhere' is not an address and a port", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Options_WithGatewaysBesideAMembership_AreRefused()
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        var exception = Assert.Throws<OptionsValidationException>(() => builder.AddOrleansSegClient(
            options =>
            {
                options.Gateways.Add("127.0.0.1:30000");
                options.GatewayRefreshPeriod = TimeSpan.Zero;
                options.CallTimeout = TimeSpan.Zero;
            },
            _ => { }));
        Assert.Contains("Gateways: they are found in the membership; leave them out.", exception.Failures);
        Assert.Contains("GatewayRefreshPeriod", exception.Message, StringComparison.Ordinal);
        Assert.Contains("CallTimeout", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Connecting_WhereNobodyListens_FailsAfterItsTimeout()
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.AddOrleansSegClient(options =>
        {
            options.Gateways.Add("127.0.0.1:9");
            options.ConnectTimeout = TimeSpan.Zero;
        });
        using var host = builder.Build();
        await Assert.ThrowsAnyAsync<Exception>(() => host.StartAsync());
    }

    [Fact]
    public void ClientAssembly_ReferencesNoTorch()
    {
        var names = new HashSet<string>();
        Gather(typeof(SegmentationClient).Assembly.GetName(), names);
        Assert.Contains("OrleansSeg.Abstractions", names);
        Assert.DoesNotContain(names, name => name.Contains("Torch", StringComparison.OrdinalIgnoreCase) || name == "OrleansSeg.Model");
    }

    private static void Gather(System.Reflection.AssemblyName name, HashSet<string> names)
    {
        if (!names.Add(name.Name!) || !name.Name!.StartsWith("OrleansSeg", StringComparison.Ordinal))
        {
            return;
        }

        foreach (var reference in System.Reflection.Assembly.Load(name).GetReferencedAssemblies())
        {
            Gather(reference, names);
        }
    }

    private static async Task<ImmutableSortedDictionary<string, long>> SizesWhenAsync(
        SegmentationClient client, Func<ImmutableSortedDictionary<string, long>, bool> condition)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        while (true)
        {
            var sizes = await client.GetSegmentSizesAsync(deadline.Token);
            if (condition(sizes))
            {
                return sizes;
            }

            await Task.Delay(20, deadline.Token);
        }
    }

    private static string IdOf(int number) => string.Create(CultureInfo.InvariantCulture, $"c{number}");

    private static ImmutableArray<BehaviourEvent> Purchase(string id) =>
    [
        new BehaviourEvent
        {
            EventId = id, Type = EventType.Purchase, Timestamp = new DateTimeOffset(2026, 1, 5, 10, 0, 0, TimeSpan.Zero), UnitPrice = 3, Quantity = 1,
        },
    ];
}
