using System.Collections.Immutable;
using OrleansSeg.Federation;
using OrleansSeg.Grains.Tests.Clusters;
using OrleansSeg.Grains.Tests.Federation;

namespace OrleansSeg.Grains.Tests.Placement;

/// <summary>The trials of one search on several silos.</summary>
public sealed class TrialSilosTests
{
    private static readonly Role Storefront = new(RunsInference: false);
    private static readonly Role Engine = new(RunsInference: true);

    [Fact]
    public async Task Trials_RunOnASiloEach_ComeToTheSame_AndGoOnWhereASiloIsLeft()
    {
        await using var cluster = await new RoleCluster(3, Storefront, Engine, Engine).StartAsync();
        var site = await cluster.NewShopAsync(260);
        var request = new TrainingRequest(TrainingPurpose.Trial, null, TimeSpan.FromDays(45), Seed: 1, Promote: false)
        {
            Watermark = cluster.Time.GetUtcNow(), Settings = ImmutableSortedDictionary<string, string>.Empty.Add("epochs", "1"),
        };
        Assert.Equal(2, await cluster.Grains.GetGrain<ITrainerGrain>(site).CountTrialSlotsAsync(default));

        var trainers = Enumerable.Range(0, 2).Select(slot => cluster.Grains.GetGrain<ITrainerGrain>($"{site}:trial-{slot}")).ToArray();
        var losses = await Task.WhenAll(trainers.Select(trainer => TrainingCluster.LossAsync(trainer, request)));
        Assert.Equal(losses[0], losses[1]);
        var places = await Task.WhenAll(trainers.Select(cluster.FindAsync));
        Assert.Equal(new[] { cluster[1], cluster[2] }.Select(silo => silo.SiloAddress).Order(), places.Order());

        var left = trainers[Array.IndexOf(places, cluster[2].SiloAddress)];
        var job = await left.StartAsync(request, default);
        await cluster.LeaveAsync(cluster[2]);
        await Assert.ThrowsAsync<KeyNotFoundException>(() => left.GetStatusAsync(job, 0, default));
        Assert.Equal(losses[0], await TrainingCluster.LossAsync(left, request));
        Assert.Equal(cluster[1].SiloAddress, await cluster.FindAsync(left));
    }
}
