using Microsoft.Extensions.DependencyInjection;
using OrleansSeg.Grains.Tests.Clusters;
using OrleansSeg.Model.Bundles;
using OrleansSeg.Models;

namespace OrleansSeg.Grains.Tests.Models;

public sealed class ModelRemovalTests(ShopCluster cluster) : IClassFixture<ShopCluster>, IDisposable
{
    private static int _bundles;
    private readonly string _site = cluster.NewSite();

    private IModelRegistryGrain Registry => RegistryOf(_site);

    private string Store => cluster.Services.GetRequiredService<IModelStore>().LocalFolder;

    public void Dispose() => cluster.Faults.Clear();

    [Fact]
    public async Task Removal_TakesTheBundle_AndTheNumberIsNeverGivenAgain()
    {
        var (one, two) = (await RegisterAsync(NewBundle()), await RegisterAsync(NewBundle()));
        await Registry.RemoveAsync(two.Version, default);
        Assert.Equal((true, false), (IsThere(one), IsThere(two)));
        await Registry.RemoveAsync(two.Version, default);
        await cluster.ForgetAsync(Registry);
        Assert.Equal([1], (await Registry.ListAsync(default)).Select(model => model.Version));
        Assert.Equal(3, (await RegisterAsync(NewBundle())).Version);
        await Assert.ThrowsAsync<KeyNotFoundException>(() => Registry.RemoveAsync(4, default));
        await Assert.ThrowsAsync<KeyNotFoundException>(() => Registry.RollBackAsync(2, true, default));
    }

    [Fact]
    public async Task VersionInService_IsNotRemoved_AndRollBackPassesOverRemovedOnes()
    {
        var models = new List<ModelReference>();
        for (var number = 0; number < 3; number++)
        {
            models.Add(await RegisterAsync(NewBundle(), promote: true));
        }

        await Assert.ThrowsAsync<InvalidOperationException>(() => Registry.RemoveAsync(3, default));
        Assert.True(IsThere(models[2]));
        await Registry.RemoveAsync(2, default);
        Assert.Equal(1, (await Registry.RollBackAsync(null, false, default)).Version);
    }

    [Fact]
    public async Task BundleOfSeveralSites_GoesWithTheLast()
    {
        var (other, hash) = (cluster.NewSite(), NewBundle());
        var here = await RegisterAsync(hash);
        var there = await RegistryOf(other).PublishAsync(here, promote: false, default);
        await Registry.RemoveAsync(here.Version, default);
        Assert.True(IsThere(there));
        Assert.False(await cluster.Services.GetRequiredService<IGrainFactory>().GetGrain<IBundleGrain>(hash).RemoveAsync());
        await RegistryOf(other).RemoveAsync(there.Version, default);
        Assert.False(IsThere(there));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task FailureOfEveryWriteInTurn_EndsWithTheVersionAndItsBundleGone(bool after)
    {
        var points = 0;
        for (var (point, isBroken) = (1, true); isBroken; point++)
        {
            var (kept, gone) = (await RegisterAsync(NewBundle()), await RegisterAsync(NewBundle()));
            var seen = 0;
            isBroken = false;
            cluster.Faults.Script(call =>
            {
                if (!call.IsChange || Interlocked.Increment(ref seen) != point)
                {
                    return null;
                }

                isBroken = true;
                return after ? StorageFault.FailAfter() : StorageFault.FailBefore();
            });
            for (var isDone = false; !isDone;)
            {
                try
                {
                    await Registry.RemoveAsync(gone.Version, default);
                    isDone = true;
                }
                catch (Exception)
                {
                    // Asked again, as a caller would.
                }
            }

            cluster.Faults.Clear();
            await cluster.ForgetAsync(Registry);
            Assert.DoesNotContain(await Registry.ListAsync(default), model => model.Version == gone.Version);
            Assert.Equal((true, false), (IsThere(kept), IsThere(gone)));
            points += isBroken ? 1 : 0;
        }

        Assert.Equal(4, points);
    }

    [Fact]
    public async Task RemovalThatACrashBrokeOff_IsFinishedByTheNextActivation()
    {
        var gone = await RegisterAsync(NewBundle());

        // The version is off the list; letting go of its bundle fails.
        cluster.Faults.Script(call => call.IsChange && call.Grain.Type.ToString() == "seg.bundle" ? StorageFault.FailBefore() : null);
        await Assert.ThrowsAnyAsync<Exception>(() => Registry.RemoveAsync(gone.Version, default));
        await cluster.ForgetAsync(Registry);
        cluster.Faults.Clear();
        Assert.True(IsThere(gone));
        Assert.Empty(await Registry.ListAsync(default));
        await cluster.DriveUntilAsync(() => Task.FromResult(!IsThere(gone)), TimeSpan.FromSeconds(5), "the bundle to go");
    }

    [Fact]
    public async Task BundlePublishedAgainBeforeItWent_Stays()
    {
        var model = await RegisterAsync(NewBundle());
        cluster.Faults.Script(call => call.IsChange && call.Grain.Type.ToString() == "seg.bundle" ? StorageFault.FailBefore() : null);
        await Assert.ThrowsAnyAsync<Exception>(() => Registry.RemoveAsync(model.Version, default));
        cluster.Faults.Clear();
        Assert.Equal(2, (await RegisterAsync(model.Sha256)).Version);
        await Registry.RemoveAsync(1, default);
        Assert.True(IsThere(model));
    }

    private IModelRegistryGrain RegistryOf(string site) => cluster.Grains.GetGrain<IModelRegistryGrain>(site);

    private string NewBundle() => BundleFolder.Write(Store, new Dictionary<string, byte[]> { ["model"] = BitConverter.GetBytes(Interlocked.Increment(ref _bundles)) });

    private Task<ModelReference> RegisterAsync(string hash, bool promote = false) =>
        Registry.PublishAsync(new ModelReference(0, hash, cluster.Time.GetUtcNow(), ["loyal"], "a bundle", InService: false), promote, default);

    private bool IsThere(ModelReference model) => Directory.Exists(Path.Combine(Store, model.Sha256));
}
