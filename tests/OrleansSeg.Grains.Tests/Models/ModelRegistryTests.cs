using OrleansSeg.Grains.Tests.Clusters;
using OrleansSeg.Models;

namespace OrleansSeg.Grains.Tests.Models;

public sealed class ModelRegistryTests(ShopCluster cluster) : IClassFixture<ShopCluster>, IDisposable
{
    private readonly string _site = cluster.NewSite();

    private IModelRegistryGrain Registry => cluster.Grains.GetGrain<IModelRegistryGrain>(_site);

    public void Dispose() => cluster.Faults.Clear();

    [Fact]
    public async Task RollBack_GoesOneFurtherBackEachTime_AndTheLogSaysWhenAndWhy()
    {
        for (var version = 1; version <= 3; version++)
        {
            await cluster.PublishModelAsync(_site);
            cluster.Jump(TimeSpan.FromHours(1));
        }

        Assert.Equal((2, true), Told(await Registry.RollBackAsync(null, false, default)));
        Assert.Equal((1, true), Told(await Registry.RollBackAsync(null, false, default)));
        await Assert.ThrowsAsync<InvalidOperationException>(() => Registry.RollBackAsync(null, false, default));
        await cluster.ForgetAsync(Registry);
        Assert.Equal(1, (await Registry.GetCurrentAsync(default))!.Version);
        Assert.Single(await Registry.ListAsync(default), model => model.InService);
        var log = await Registry.GetServiceLogAsync(default);
        Assert.Equal(
            [(1, ServiceReason.Published), (2, ServiceReason.Published), (3, ServiceReason.Published), (2, ServiceReason.RolledBack), (1, ServiceReason.RolledBack)],
            log.Select(change => (change.Version, change.Reason)));
        Assert.Equal(TimeSpan.FromHours(1), log[1].At - log[0].At);
    }

    [Fact]
    public async Task RollBack_ToANamedVersion_TakesIt_AndOneThereIsNotChangesNothing()
    {
        for (var version = 1; version <= 3; version++)
        {
            await cluster.PublishModelAsync(_site);
        }

        await Assert.ThrowsAsync<KeyNotFoundException>(() => Registry.RollBackAsync(4, false, default));
        Assert.Equal(3, (await Registry.GetCurrentAsync(default))!.Version);
        Assert.Equal((1, true), Told(await Registry.RollBackAsync(1, false, default)));
        Assert.Equal((1, true), Told(await Registry.RollBackAsync(1, false, default)));
        Assert.Equal(4, (await Registry.GetServiceLogAsync(default)).Length);
    }

    [Theory]
    [InlineData(false, 2)]
    [InlineData(true, 1)]
    public async Task RollBack_WhoseWriteFails_SaysSo_AndTheStoreDecidesWhatIsInService(bool after, int expected)
    {
        await cluster.PublishModelAsync(_site);
        await cluster.PublishModelAsync(_site);
        var isFirst = true;
        cluster.Faults.Script(call =>
        {
            if (!call.IsChange || call.Grain.Type.ToString() != "seg.model-registry" || !isFirst)
            {
                return null;
            }

            isFirst = false;
            return after ? StorageFault.FailAfter() : StorageFault.FailBefore();
        });
        await Assert.ThrowsAnyAsync<Exception>(() => Registry.RollBackAsync(1, false, default));
        Assert.Equal(expected, (await Registry.GetCurrentAsync(default))!.Version);
        Assert.Equal(1, (await Registry.RollBackAsync(1, false, default)).Version);
        Assert.Equal(3, (await Registry.GetServiceLogAsync(default)).Length);
    }

    private static (int Version, bool InService) Told(ModelReference model) => (model.Version, model.InService);
}
