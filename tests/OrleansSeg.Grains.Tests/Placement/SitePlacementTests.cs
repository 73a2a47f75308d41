using Microsoft.Extensions.DependencyInjection;
using OrleansSeg.Customers;
using OrleansSeg.Events;
using OrleansSeg.Federation;
using OrleansSeg.Grains.Tests.Clusters;
using OrleansSeg.Inference;
using OrleansSeg.Placement;
using OrleansSeg.Segments;

namespace OrleansSeg.Grains.Tests.Placement;

public sealed class SitePlacementTests
{
    private const string One = "shop-1";
    private const string Two = "shop-2";
    private static readonly Role ServesOne = new(RunsInference: true, Sites: [One]);
    private static readonly Role ServesTwo = new(RunsInference: true, Sites: [Two]);
    private static readonly Role ServesAll = new(RunsInference: true);

    [Fact]
    public void EveryGrainClassWithATextKey_IsPlacedBySite()
    {
        var missing = typeof(SiteSilosAttribute).Assembly.GetTypes()
            .Where(type => type.IsClass && !type.IsAbstract && type.IsDefined(typeof(GrainTypeAttribute), false) && type.IsAssignableTo(typeof(IGrainWithStringKey)))
            .Where(type => !type.IsDefined(typeof(SiteSilosAttribute), false) && !type.IsDefined(typeof(TrainingSilosAttribute), false));

        // A coordinator belongs to no site, and sees no site's data; a bundle may be registered at several.
        Assert.Equal(["BundleGrain", nameof(FederatedCoordinatorGrain)], missing.Select(type => type.Name).Order());
    }

    [Fact]
    public async Task SitesGrains_LiveAndAreScored_OnItsSilosOnly()
    {
        await using var cluster = await new RoleCluster(4, ServesOne, ServesTwo, ServesOne, ServesAll).StartAsync();
        string[] types = ["customer", "model-registry", "partition", "segment", "site", "trainer", "training-history", "verification"];
        foreach (var site in new[] { One, Two })
        {
            await UseAsync(cluster, site, customerCount: 40);
        }

        var found = (await cluster.Grains.GetGrain<IManagementGrain>(0).GetDetailedGrainStatistics())
            .Where(grain => SiteKey.Of(grain.GrainId) is One or Two)
            .ToLookup(grain => SiteKey.Of(grain.GrainId)!);
        Assert.Equal([One, Two], found.Select(site => site.Key).Order());
        Assert.All(found, site => Assert.Equal(types.Select(type => $"seg.{type}"), site.Select(grain => grain.GrainId.Type.ToString()!).Distinct().Order()));
        Assert.DoesNotContain(cluster[1].SiloAddress, found[One].Select(grain => grain.SiloAddress));
        Assert.DoesNotContain(cluster[0].SiloAddress, found[Two].Select(grain => grain.SiloAddress));
        Assert.DoesNotContain(cluster[2].SiloAddress, found[Two].Select(grain => grain.SiloAddress));

        // Each silo asks for a customer of the other site too: its site's engines answer.
        var doors = new[] { 0, 1, 2, 3 }.Select(number => cluster.ServicesOf(cluster[number]).GetRequiredService<InferenceDoors>());
        var keys = doors.SelectMany(door => Enumerable.Range(0, 50).Select(i => door.Of(CustomerKey.Create(Two, $"c{i}")).GetPrimaryKeyLong())).ToArray();
        Assert.All(keys, key => Assert.True(WorkerKey.Means(key, cluster[1].SiloAddress) || WorkerKey.Means(key, cluster[3].SiloAddress)));
    }

    [Fact]
    public async Task SiteWithoutSilo_IsSaidByName_AndServedAgainWithItsData()
    {
        await using var cluster = await new RoleCluster(2, ServesTwo, ServesOne, ServesOne).StartAsync();
        var ann = cluster.Customer(One, "ann");
        await ann.RecordAsync([Shop.Purchase("first", cluster.Time.GetUtcNow())], default);
        await cluster.Customer(Two, "ben").RecordAsync([Shop.Purchase("first", cluster.Time.GetUtcNow())], default);
        await cluster.LeaveAsync(cluster[1]);

        var within = cluster.ServicesOf(cluster[0]).GetRequiredService<IGrainFactory>();
        Func<Task>[] calls =
        [
            () => ann.RecordAsync([Shop.Purchase("second", cluster.Time.GetUtcNow())], default),
            () => cluster.Customer(One, "new").LookUpAsync().AsTask(),
            () => within.GetGrain<ISiteGrain>(One).GetLayoutAsync(default),
            () => within.GetGrain<ISegmentGrain>($"{One}:loyal").GetSizeAsync(default),
            () => within.GetGrain<ITrainerGrain>(One).GetStatusAsync(Guid.Empty, 0, default),
        ];
        foreach (var call in calls)
        {
            var failure = await Assert.ThrowsAsync<SiteUnavailableException>(call);
            Assert.Equal((One, "No silo that serves site 'shop-1' is in the cluster now."), (failure.Site, failure.Message));
        }

        Assert.Equal("unscored", (await cluster.Customer(Two, "ben").LookUpAsync()).Segment);
        await cluster.JoinAsync();
        Assert.Equal(1, (await ann.RecordAsync([Shop.Purchase("second", cluster.Time.GetUtcNow())], default)).Added);
        Assert.Equal(["first", "second"], (await ann.ReadAllAsync()).Select(e => e.EventId).Order());
    }

    [Fact]
    public async Task SilosOfOtherSites_GetNothing_WhileTheyJoin()
    {
        await using var cluster = await new RoleCluster(1, ServesOne, ServesTwo, ServesTwo, ServesTwo).StartAsync();
        using var stop = new CancellationTokenSource();
        var load = Task.Run(async () =>
        {
            var count = 0;
            for (; !stop.IsCancellationRequested; count++)
            {
                Assert.Equal("unknown", (await cluster.Customer(One, $"c{count}").LookUpAsync()).Segment);
            }

            return count;
        });
        for (var silo = 1; silo < 4; silo++)
        {
            await cluster.JoinAsync();
        }

        await stop.CancelAsync();
        Assert.True(await load > 0);
        var grains = await cluster.Grains.GetGrain<IManagementGrain>(0).GetDetailedGrainStatistics();
        Assert.All(grains.Where(grain => SiteKey.Of(grain.GrainId) == One), grain => Assert.Equal(cluster[0].SiloAddress, grain.SiloAddress));
        Assert.Equal(SiloRole.Unknown, cluster.Services.GetRequiredService<SiloRoles>().Of(SiloAddress.Zero));
    }

    [Fact]
    public async Task InferenceOnlySilo_HoldsNoCustomers_ScoresThem_AndTrains()
    {
        Role storefront = new(RunsInference: false), engine = new(RunsInference: true, HoldsCustomers: false);
        await using var cluster = await new RoleCluster(3, storefront, storefront, engine).StartAsync();
        await UseAsync(cluster, One, customerCount: 20);
        var held = (await cluster.Grains.GetGrain<IManagementGrain>(0).GetDetailedGrainStatistics())
            .Where(grain => SiteKey.Of(grain.GrainId) == One && grain.SiloAddress.Equals(cluster[2].SiloAddress));
        Assert.Equal(["seg.trainer"], held.Select(grain => grain.GrainId.Type.ToString()));

        await cluster.LeaveAsync(cluster[2]);
        var failure = await Assert.ThrowsAsync<InferenceUnavailableException>(() => cluster.Grains.GetGrain<ITrainerGrain>(One).GetStatusAsync(Guid.Empty, 0, default));
        Assert.Equal("No silo that serves site 'shop-1' runs inference.", failure.Message);
    }

    /// <summary>Calls every kind of grain that a site has.</summary>
    private static async Task UseAsync(RoleCluster cluster, string site, int customerCount)
    {
        await cluster.PublishModelAsync(site);
        for (var i = 0; i < customerCount; i++)
        {
            var customer = cluster.Customer(site, $"c{i}");
            await customer.RecordAsync([Shop.Purchase("first", cluster.Time.GetUtcNow())], default);
            Assert.Equal("promising", (await customer.LookUpFreshAsync(default)).Segment);
        }

        await cluster.SweepAsync(site);
        Assert.Equal(customerCount, await cluster.Grains.GetGrain<ISegmentGrain>($"{site}:promising").GetSizeAsync(default));
        Assert.Equal(customerCount, await cluster.Grains.ReadTrainingHistoriesAsync(site, [0, 1], null).CountAsync());
        Assert.Equal(0, (await cluster.VerifyAsync(site)).MismatchCount);
        await Assert.ThrowsAsync<KeyNotFoundException>(() => cluster.Grains.GetGrain<ITrainerGrain>(site).GetStatusAsync(Guid.Empty, 0, default));
    }
}
