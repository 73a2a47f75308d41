using Microsoft.Extensions.Hosting;
using Orleans.Runtime;

namespace OrleansSeg.Persistence.AzureTables.Tests;

[Collection(AzuriteTests.Name)]
public sealed class ClusterTests(AzuriteFixture azurite)
{
    private const int GrainCount = 24;

    [SkippableFact]
    public async Task TwoSilos_FormACluster_AndItsStateAndRemindersSurviveARestartOfAllOfThem()
    {
        var clusterId = $"c{Guid.NewGuid():N}";
        await using (var first = await RunAsync(clusterId))
        {
            var grains = first.Client.Grains();
            var counts = await Task.WhenAll(Keys.Select(key => grains.GetGrain<ITallyGrain>($"k{key}").AddAsync(key)));
            Assert.Equal(Keys, counts);
            var homes = await Task.WhenAll(Keys.Select(key => grains.GetGrain<ITallyGrain>($"k{key}").WhereAsync()));
            Assert.Equal(2, homes.Distinct().Count());
            await grains.GetGrain<ITallyGrain>("k0").RemindAsync("sweep");
            await grains.GetGrain<ITallyGrain>("k1").ClearAsync();
        }

        // Both silos said good-bye in the table.
        var table = await new TestCluster(azurite, clusterId).NewMembershipAsync();
        var gone = await table.ReadAllAsync(default);
        Assert.Equal([SiloStatus.Dead, SiloStatus.Dead], gone.Members.Select(member => member.Item1.Status));

        await using var second = await RunAsync(clusterId);
        var again = second.Client.Grains();
        var read = await Task.WhenAll(Keys.Select(key => again.GetGrain<ITallyGrain>($"k{key}").GetAsync()));
        Assert.Equal(Keys.Select(key => key == 1 ? 0 : key), read);
        Assert.True(await again.GetGrain<ITallyGrain>("k0").HasReminderAsync("sweep"));
        Assert.False(await again.GetGrain<ITallyGrain>("k1").HasReminderAsync("sweep"));

        // A cleared record keeps its ETag, with which it is written again.
        Assert.Equal(5, await again.GetGrain<ITallyGrain>("k1").AddAsync(5));
        Assert.Equal(4, (await table.ReadAllAsync(default)).Members.Count);
    }

    private static int[] Keys => [.. Enumerable.Range(0, GrainCount)];

    private async Task<RunningCluster> RunAsync(string clusterId)
    {
        var silos = new[] { await TestSilo.StartAsync(clusterId, azurite.ConnectionString), await TestSilo.StartAsync(clusterId, azurite.ConnectionString) };
        return new RunningCluster(silos, await TestSilo.StartClientAsync(clusterId, azurite.ConnectionString));
    }

    private sealed record RunningCluster(IHost[] Silos, IHost Client) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            foreach (var host in Silos.Prepend(Client))
            {
                await host.StopAsync();
                host.Dispose();
            }
        }
    }
}
