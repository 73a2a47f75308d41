using System.Collections.Immutable;
using OrleansSeg.Customers;
using OrleansSeg.Events;
using OrleansSeg.Grains.Tests.Clusters;
using OrleansSeg.Model.Features;

namespace OrleansSeg.Grains.Tests.Segments;

/// <summary>What training may read: consent checked, up to a watermark, in bounded batches.</summary>
public sealed class TrainingHistoryTests(SmallPageCluster cluster) : IClassFixture<SmallPageCluster>
{
    private readonly string _site = cluster.NewSite();

    private DateTimeOffset Now => cluster.Time.GetUtcNow();

    [Fact]
    public async Task Histories_AreWhole_InOrder_AndBringNobodyIntoMemory()
    {
        var text = new string('t', 15_000);
        var expected = new Dictionary<string, BehaviourEvent[]>();
        for (var i = 0; i < 12; i++)
        {
            expected[$"c{i}"] = Shop.Views($"v{i}-", i == 5 ? 120 : 3, Now.AddDays(-30), i == 5 ? text : null);
            var attributes = ImmutableDictionary<string, string>.Empty.Add("country", $"land-{i}");
            await cluster.Customer(_site, $"c{i}").ImportAsync(new CustomerImport($"c{i}", [.. expected[$"c{i}"]], attributes), default);
            await cluster.ForgetAsync(cluster.Customer(_site, $"c{i}"));
        }

        var histories = await ReadAsync(null);
        Assert.Equal(expected.Keys.Order(), histories.Select(h => h.CustomerId).Order());
        foreach (var history in histories)
        {
            Assert.Equal(expected[history.CustomerId].Select(e => e.EventId), history.Events.Select(e => e.EventId));
            Assert.Equal($"land-{history.CustomerId[1..]}", history.Attributes["country"]);
            Assert.False(cluster.Cluster.TryGetGrainContext(cluster.Customer(_site, history.CustomerId).GetGrainId(), out _));
        }
    }

    [Fact]
    public async Task Batches_StayUnderAMebibyte()
    {
        await cluster.Customer(_site, "long").RecordAsync([.. Shop.Views("v", 300, Now.AddDays(-9), new string('é', 8 * 1024))], default);
        var grain = cluster.Grains.GetGrain<ITrainingHistoryGrain>(cluster.PartitionOf(_site, "long").GetPrimaryKeyString());
        string? token = null;
        var count = 0;
        do
        {
            var batch = await grain.ReadAsync(token, null, default);
            Assert.InRange(batch.Parts.Sum(part => part.Events.Sum(e => 2 * (e.Text?.Length ?? 0))), 1, 1024 * 1024);
            count += batch.Parts.Sum(part => part.Events.Length);
            token = batch.NextPageToken;
        }
        while (token is not null);
        Assert.Equal(300, count);
        await Assert.ThrowsAsync<ArgumentException>(() => grain.ReadAsync("nonsense", null, default));
    }

    [Fact]
    public async Task WithoutConsent_OrErased_OrAfterTheWatermark_NothingIsRead()
    {
        foreach (var id in new[] { "yes", "no", "erased", "late" })
        {
            await cluster.Customer(_site, id).RecordAsync([Shop.Purchase($"{id}-old", Now)], default);
        }

        await cluster.Customer(_site, "no").SetConsentAsync(ConsentPurpose.Training, false, default);
        await cluster.Customer(_site, "erased").EraseAsync(default);
        var watermark = Now;
        cluster.Jump(TimeSpan.FromHours(1));
        await cluster.Customer(_site, "yes").RecordAsync([Shop.Purchase("yes-new", watermark.AddMinutes(-9))], default);
        await cluster.Customer(_site, "later").RecordAsync([Shop.Purchase("later", watermark.AddMinutes(-9))], default);
        var histories = await ReadAsync(watermark);
        Assert.Equal([("late", "late-old"), ("yes", "yes-old")], histories.Select(h => (h.CustomerId, h.Events.Single().EventId)).Order());
    }

    [Fact]
    public async Task ConsentWithdrawnBetweenTwoBatches_DropsTheWholeHistory()
    {
        var site = cluster.NewSite();
        var ids = Partitions.IdsIn(site, 0, 2, "w");
        await cluster.Customer(site, ids[0]).RecordAsync([.. Shop.Views("v", 120, Now.AddDays(-9), new string('x', 16_000))], default);
        await cluster.Customer(site, ids[1]).RecordAsync([Shop.View("other", Now)], default);
        var batches = 0;
        using var rule = cluster.Calls.On<ITrainingHistoryGrain>("ReadAsync", async context =>
        {
            if (++batches == 2)
            {
                await cluster.Customer(site, ids[0]).SetConsentAsync(ConsentPurpose.Training, false, default);
            }

            await context.Invoke();
        });
        var histories = await ReadAsync(null, site);
        Assert.True(batches > 2);
        Assert.Equal([ids[1]], histories.Select(h => h.CustomerId));
    }

    private async Task<List<CustomerHistory>> ReadAsync(DateTimeOffset? watermark, string? site = null)
    {
        var histories = new List<CustomerHistory>();
        await foreach (var history in cluster.Grains.ReadTrainingHistoriesAsync(site ?? _site, Enumerable.Range(0, Partitions.Count), watermark))
        {
            histories.Add(history);
        }

        return histories;
    }
}
