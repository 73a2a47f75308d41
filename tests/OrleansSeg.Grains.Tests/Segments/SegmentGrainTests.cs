using OrleansSeg.Customers;
using OrleansSeg.Events;
using OrleansSeg.Grains.Tests.Clusters;
using OrleansSeg.Segments;

namespace OrleansSeg.Grains.Tests.Segments;

public sealed class SegmentGrainTests(SmallPageCluster cluster) : IClassFixture<SmallPageCluster>
{
    private readonly string _site = cluster.NewSite();

    private DateTimeOffset Now => cluster.Time.GetUtcNow();

    [Fact]
    public async Task MembersAndSizes_FollowAssignments_PageByPage_AndAddUp()
    {
        await cluster.PublishModelAsync(_site);
        var expected = new Dictionary<string, List<string>>();
        var assignedAt = Now;
        for (var i = 0; i < 40; i++)
        {
            var customer = cluster.Customer(_site, $"m{i}");
            await customer.RecordAsync([.. EventsOf(i % 3)], default);
            var segment = (await customer.LookUpFreshAsync(default)).Segment;
            expected.TryAdd(segment, []);
            expected[segment].Add($"m{i}");
        }

        Assert.Equal(["browser", "lapsing", "loyal"], expected.Keys.Order());
        await cluster.DriveUntilAsync(async () => await SizeAsync("unscored") == 0, phase: "the index to settle");
        foreach (var (segment, ids) in expected)
        {
            Assert.Equal(ids.Count, await SizeAsync(segment));
            Assert.Equal(ids.Order(StringComparer.Ordinal), (await cluster.ReadMembersAsync(_site, segment, 3)).Order(StringComparer.Ordinal));
        }

        var sizes = await Task.WhenAll(Enumerable.Range(0, Partitions.Count).Select(n => cluster.Partition(_site, n).GetSegmentSizesAsync(default)));
        Assert.Equal(40, sizes.Sum(size => size.Values.Sum()));
        var member = (await cluster.Grains.GetGrain<ISegmentGrain>($"{_site}:loyal").GetMembersAsync(null, 1, default)).Members[0];
        Assert.Equal((0.8f, assignedAt), (member.Probability, member.AssignedAt));
    }

    [Fact]
    public async Task MembersOfABadLimitTokenOrKey_AreRefused()
    {
        var segment = cluster.Grains.GetGrain<ISegmentGrain>($"{_site}:loyal");
        await Assert.ThrowsAsync<ArgumentException>(() => segment.GetMembersAsync(null, 0, default));
        await Assert.ThrowsAsync<ArgumentException>(() => segment.GetMembersAsync("nonsense", 5, default));
        await Assert.ThrowsAsync<ArgumentException>(() => cluster.Grains.GetGrain<ISegmentGrain>("nonsense").GetSizeAsync(default));
        await Assert.ThrowsAsync<ArgumentException>(() => cluster.Partition(_site, 0).GetCustomersAsync(null, 10_001, default));
    }

    private BehaviourEvent[] EventsOf(int kind) => kind switch
    {
        0 => [Shop.Purchase("p", Now.AddDays(-200))],
        1 => [Shop.View("v", Now)],
        _ => [Shop.Purchase("p", Now.AddDays(-3)), Shop.Purchase("q", Now)],
    };

    private Task<long> SizeAsync(string segment) => cluster.Grains.GetGrain<ISegmentGrain>($"{_site}:{segment}").GetSizeAsync(default);
}
