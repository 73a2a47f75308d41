using System.Collections.Concurrent;
using Orleans.TestingHost;
using OrleansSeg.Events;
using OrleansSeg.Inference;

namespace OrleansSeg.Grains.Tests.Inference;

public sealed class InferenceDoorsTests
{
    private static readonly CustomerKey[] Customers = [.. Enumerable.Range(0, 600).Select(i => CustomerKey.Create(Inputs.Site, $"c{i}"))];

    [Fact]
    public async Task JoiningSilo_TakesItsShareAtOnce_AndGivesItBack()
    {
        await using var cluster = await new InferenceCluster(false, true, true, true) { StartCount = 3 }.StartAsync();
        await cluster.PublishAsync("one");
        InProcessSiloHandle[] silos = [cluster[1], cluster[2]];
        var before = await ScoreAllAsync(cluster, cluster[0]);
        Assert.Equal(silos.Select(silo => silo.Name), before.Values.Distinct().Order());
        Assert.Equal(before, await ScoreAllAsync(cluster, cluster[0]));

        var joined = await cluster.JoinAsync();
        var after = await ScoreAllAsync(cluster, cluster[0]);
        Assert.All(after, pair => Assert.True(pair.Value == joined.Name || pair.Value == before[pair.Key]));

        // A third of 600, give or take five standard deviations.
        Assert.InRange(after.Values.Count(name => name == joined.Name), 142, 258);

        await cluster.LeaveAsync(joined);
        Assert.Equal(before, await ScoreAllAsync(cluster, cluster[0]));
    }

    [Fact]
    public async Task EveryCaller_ChoosesTheSameSilo_WhereSomeSilosRunNoInference()
    {
        await using var cluster = await new InferenceCluster(false, true, true).StartAsync();
        await cluster.PublishAsync("one");
        var chosen = await ScoreAllAsync(cluster, cluster[0]);
        Assert.Equal(chosen, await ScoreAllAsync(cluster, cluster[1]));
        Assert.Equal(chosen, await ScoreAllAsync(cluster, cluster[2]));
    }

    [Fact]
    public async Task WhereEverySiloRunsInference_CustomersAreScoredOnTheirOwn()
    {
        await using var cluster = await new InferenceCluster(true, true).StartAsync();
        await cluster.PublishAsync("one");
        foreach (var silo in new[] { cluster[0], cluster[1] })
        {
            Assert.All(await ScoreAllAsync(cluster, silo), pair => Assert.Equal(silo.Name, pair.Value));
        }
    }

    [Fact]
    public async Task SilosThatJoin_CostNoCallAndNoStorefrontAModel()
    {
        await using var cluster = await new InferenceCluster(false, true, false, true, false, true) { StartCount = 2 }.StartAsync();
        await cluster.PublishAsync("one");
        await ScoreAllAsync(cluster, cluster[0]);
        using var stop = new CancellationTokenSource();
        var slots = Task.Run(() => AskNewSlotsAsync(cluster.GrainsOn(cluster[0]), stop.Token));
        var doors = Task.Run(() => AskDoorsAsync(cluster.DoorsOn(cluster[0]), stop.Token));
        for (var silo = 2; silo < 6; silo++)
        {
            await cluster.JoinAsync();
        }

        await stop.CancelAsync();
        Assert.True(await slots > 0);
        Assert.True(await doors > 0);
        Assert.All([cluster[0], cluster[2], cluster[4]], silo => Assert.Empty(cluster.ModelsOf(silo)));
        Assert.Equal(3, (await ScoreAllAsync(cluster, cluster[0])).Values.Distinct().Count());
    }

    [Fact]
    public async Task WithoutInferenceSilo_TheDoorSaysSo_AndOpensWhenOneComes()
    {
        await using var cluster = await new InferenceCluster(false, true, true) { StartCount = 2 }.StartAsync();
        await cluster.PublishAsync("one");
        var doors = cluster.DoorsOn(cluster[0]);
        var left = doors.Of(Customers[0]);
        await cluster.LeaveAsync(cluster[1]);
        Assert.Throws<InferenceUnavailableException>(() => doors.Of(Customers[0]));

        // Chosen before, and called after the silo has gone.
        await Assert.ThrowsAsync<InferenceUnavailableException>(() => left.ScoreAsync(Inputs.Request(), default));
        var back = await cluster.JoinAsync();

        // The registry lay in the memory of the silo that left.
        await cluster.PublishAsync("one");
        Assert.All(await ScoreAllAsync(cluster, cluster[0]), pair => Assert.Equal(back.Name, pair.Value));
    }

    /// <summary>Asks one slot after the other, none twice: each is placed anew.</summary>
    private static async Task<int> AskNewSlotsAsync(IGrainFactory grains, CancellationToken stop)
    {
        var slot = 0;
        for (; slot < WorkerKey.SlotsMax && !stop.IsCancellationRequested; slot++)
        {
            await grains.GetGrain<IInferenceWorkerGrain>(slot).ScoreAsync(Inputs.Request(), CancellationToken.None);
        }

        return slot;
    }

    private static async Task<int> AskDoorsAsync(InferenceDoors doors, CancellationToken stop)
    {
        var calls = 0;
        for (; !stop.IsCancellationRequested; calls++)
        {
            await doors.Of(Customers[calls % Customers.Length]).ScoreAsync(Inputs.Request(), CancellationToken.None);
        }

        return calls;
    }

    /// <summary>Scores every customer once, and says which silo each was scored on.</summary>
    private static async Task<SortedDictionary<string, string>> ScoreAllAsync(InferenceCluster cluster, InProcessSiloHandle caller)
    {
        var seen = cluster.Cluster.Silos.ToDictionary(silo => silo.Name, cluster.ScoredBy);
        var doors = cluster.DoorsOn(caller);
        await Task.WhenAll(Customers.Select(customer => doors.Of(customer).ScoreAsync(Inputs.Request(customer.CustomerId), default)));
        var chosen = new ConcurrentDictionary<string, string>();
        foreach (var silo in cluster.Cluster.Silos)
        {
            foreach (var name in cluster.ModelsOf(silo).SelectMany(model => model.Batches).SelectMany(batch => batch).Skip(seen[silo.Name]))
            {
                Assert.True(chosen.TryAdd(name, silo.Name), $"{name} was scored on {chosen.GetValueOrDefault(name)} and {silo.Name}");
            }
        }

        Assert.Equal(Customers.Length, chosen.Count);
        return new(chosen);
    }
}
