using System.Collections.Immutable;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Serialization;
using OrleansSeg.Customers;
using OrleansSeg.Customers.Storage;
using OrleansSeg.Grains.Tests.Clusters;
using OrleansSeg.Model.Federation.Fitting;
using OrleansSeg.Models;

namespace OrleansSeg.Grains.Tests.Models;

/// <summary>An erasure marks the versions that may have learned from the customer, keeps them out of service, and is complete once they are gone.</summary>
public sealed class TaintTests(ShopCluster cluster) : IClassFixture<ShopCluster>, IDisposable
{
    private static long _bundles = 1L << 40;
    private readonly string _site = cluster.NewSite();

    private IModelRegistryGrain Registry => RegistryOf(_site);

    private DateTimeOffset Now => cluster.Time.GetUtcNow();

    public void Dispose() => cluster.Faults.Clear();

    [Fact]
    public async Task Erasure_MarksVersionsThatCouldHaveReadTheCustomer_AndIsCompleteWhenTheyAreRemoved()
    {
        var (early, customer) = (await RegisterAsync(_site), await NewCustomerAsync(IdOf("learned")));
        var (second, past, third) = (await RegisterAsync(_site), await RegisterAsync(_site, until: Now.AddDays(-100)), await RegisterAsync(_site));
        var receipt = await customer.EraseAsync(default);
        Assert.Equal([(second, false), (third, true)], receipt.Forgetting!.Affected.Select(version => (version.Version, version.InService)));
        Assert.False(receipt.Forgetting.IsComplete);
        Assert.Equal([(early, 0L), (second, 1L), (past, 0L), (third, 1L)], await TaintsAsync());

        // A version that is made from now on has not read the customer, unless it goes on from one that has.
        var (anew, child) = (await RegisterAsync(_site), await RegisterAsync(_site, from: third));
        await cluster.ForgetAsync(Registry);
        await cluster.ForgetAsync(customer);
        var later = (await customer.GetErasureAsync(default))!;
        Assert.Equal([second, third, child], later.Forgetting!.Affected.Select(version => version.Version));
        Assert.True(later.VerifiedEmpty);
        Assert.Equal(receipt with { IndexEntryErased = false, Forgetting = null }, (await customer.EraseAsync(default)) with { Forgetting = null });

        await Registry.PromoteAsync(anew, default);
        foreach (var version in new[] { second, third, child })
        {
            Assert.False((await customer.GetErasureAsync(default))!.Forgetting!.IsComplete);
            await Registry.RemoveAsync(version, default);
        }

        Assert.True((await customer.GetErasureAsync(default))!.Forgetting!.IsComplete);
        Assert.True((await customer.EraseAsync(default)).Forgetting!.IsComplete);
        Assert.All(await TaintsAsync(), taint => Assert.Equal(0, taint.Erasures));
    }

    [Fact]
    public async Task CustomerOfTheHoldout_OrOneWhoDidNothing_MarksNoVersion()
    {
        var customer = await NewCustomerAsync(IdOf("held", isHeld: true));
        var version = await RegisterAsync(_site);
        Assert.True((await customer.EraseAsync(default)).Forgetting!.IsComplete);
        Assert.True((await cluster.Customer(_site, "stranger").EraseAsync(default)).Forgetting!.IsComplete);
        Assert.Equal([(version, 0L)], await TaintsAsync());
        Assert.Null(await cluster.Customer(_site, "never-erased").GetErasureAsync(default));
    }

    [Fact]
    public async Task VersionThatDoesNotSayWhatItRead_CountsAsHavingReadEverybody()
    {
        var gone = await NewCustomerAsync(IdOf("gone"));
        await gone.EraseAsync(default);
        await cluster.PublishModelAsync(_site);
        Assert.Equal([(1, 0L)], await TaintsAsync());
        var later = await NewCustomerAsync(IdOf("later"));
        Assert.Single((await later.EraseAsync(default)).Forgetting!.Affected);
        Assert.Equal([(1, 1L)], await TaintsAsync());
    }

    [Fact]
    public async Task SecondLife_IsMarkedToo_AndTheReceiptTellsOfBoth()
    {
        var customer = await NewCustomerAsync(IdOf("twice"));
        var first = await RegisterAsync(_site);
        await customer.EraseAsync(default);
        cluster.Jump(TimeSpan.FromDays(1));
        await customer.RecordAsync([Shop.Purchase("again", Now)], default);
        var second = await RegisterAsync(_site);
        Assert.False((await customer.GetErasureAsync(default))!.VerifiedEmpty);
        Assert.Equal([first, second], (await customer.EraseAsync(default)).Forgetting!.Affected.Select(version => version.Version));
        Assert.Equal([(first, 1L), (second, 1L)], await TaintsAsync());
    }

    [Fact]
    public async Task FirstEvent_IsKnownAlsoWhenRetentionHasDroppedIt()
    {
        var grain = cluster.Customer(_site, "kept");
        await NewCustomerAsync("kept");
        var records = new GrainRecords(cluster.Storage, grain.GetGrainId());
        var first = (await records.ReadAsync<CustomerState>(CustomerStorage.CustomerRecord)).Value!.FirstRecordedAt;
        cluster.Jump(TimeSpan.FromDays(1));
        await grain.RecordAsync([Shop.Purchase("more", Now), Shop.Purchase("older", Now.AddDays(-90))], default);
        await cluster.ForgetAsync(grain);
        Assert.Equal(first, (await records.ReadAsync<CustomerState>(CustomerStorage.CustomerRecord)).Value!.FirstRecordedAt);
    }

    [Fact]
    public async Task RollBackAndPromotion_ToATaintedVersion_AreRefused_UnlessForced_AndTheLogSaysSo()
    {
        var (clean, customer) = (await RegisterAsync(_site), await NewCustomerAsync(IdOf("gone")));
        var (tainted, latest) = (await RegisterAsync(_site), await RegisterAsync(_site));
        await customer.EraseAsync(default);
        var refusal = await Assert.ThrowsAsync<InvalidOperationException>(() => Registry.RollBackAsync(null, false, default));
        Assert.Equal($"Model version {tainted} of site '{_site}' may have learned from a customer erased since: name another version, or force this one.", refusal.Message);
        await Assert.ThrowsAsync<InvalidOperationException>(() => Registry.RollBackAsync(tainted, false, default));
        await Assert.ThrowsAsync<InvalidOperationException>(() => Registry.PromoteAsync(tainted, default));
        await Assert.ThrowsAsync<InvalidOperationException>(() => Registry.PromoteAsync(tainted, false, default));
        Assert.Equal(latest, (await Registry.GetCurrentAsync(default))!.Version);

        // The one in service stays there when it is asked for, and a clean one needs no force.
        Assert.Equal(latest, (await Registry.PromoteAsync(latest, default)).Version);
        Assert.Equal(clean, (await Registry.RollBackAsync(clean, true, default)).Version);
        Assert.Equal(tainted, (await Registry.PromoteAsync(tainted, true, default)).Version);
        Assert.Equal(latest, (await Registry.RollBackAsync(latest, true, default)).Version);
        Assert.Equal(
            [(clean, false), (tainted, true), (latest, true)], (await Registry.GetServiceLogAsync(default)).TakeLast(3).Select(change => (change.Version, change.Forced)));
    }

    [Fact]
    public async Task SitesThatTrainedTogether_MarkEachOthersVersions_AndOneThatIsSilentIsNamed()
    {
        var other = cluster.NewSite();
        var customer = await NewCustomerAsync(IdOf("shared"));
        var together = ImmutableArray.Create(ReadingOf(_site), ReadingOf(other));
        var (here, there) = (await RegisterAsync(_site, readings: together), await RegisterAsync(other, readings: together));
        await RegisterAsync(other);
        var receipt = await customer.EraseAsync(default);
        Assert.Equal([(_site, here), (other, there)], receipt.Forgetting!.Affected.Select(version => (version.Site, version.Version)).OrderBy(version => version.Site != _site));
        Assert.Equal([1, 0], (await RegistryOf(other).GetTaintsAsync(default)).Select(taint => taint.Erasures));

        using (cluster.Calls.On<IErasureLogGrain>("ReadAsync", _ => throw new SiteUnavailableException("nobody is there")))
        using (cluster.Calls.On<IErasureLogGrain>("GetAffectedAsync", _ => throw new SiteUnavailableException("nobody is there")))
        {
            Assert.Equal([_site], (await RegistryOf(other).GetTaintsAsync(default))[0].SilentSites.ToArray());
            var refusal = await Assert.ThrowsAsync<InvalidOperationException>(() => RegistryOf(other).RollBackAsync(there, false, default));
            Assert.Equal(
                $"Model version {there} of site '{other}' was also trained on '{_site}', where nobody answers, so it is not known who was erased there since: name another version, or force this one.",
                refusal.Message);
            Assert.Equal([other], (await customer.GetErasureAsync(default))!.Forgetting!.SilentSites.ToArray());
        }

        await RegisterAsync(_site);
        await Registry.RemoveAsync(here, default);
        Assert.Equal([(other, there)], (await customer.GetErasureAsync(default))!.Forgetting!.Affected.Select(version => (version.Site, version.Version)));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task FailureOfEveryWriteOfAnErasureInTurn_MarksOnce(bool after)
    {
        var version = await RegisterAsync(_site);
        for (var (point, isBroken) = (1, true); isBroken; point++)
        {
            var customer = await NewCustomerAsync(IdOf($"broken-{point}"));
            version = await RegisterAsync(_site);
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
            ErasureReceipt? receipt = null;
            while (receipt is null)
            {
                try
                {
                    receipt = await customer.EraseAsync(default);
                }
                catch (Exception)
                {
                    // Asked again, as a caller would.
                }
            }

            cluster.Faults.Clear();
            Assert.Equal((1L, true), (receipt.EventsErased, receipt.VerifiedEmpty));
            Assert.Equal([version], receipt.Forgetting!.Affected.Select(affected => affected.Version));
            Assert.Equal(1, (await Registry.GetTaintsAsync(default))[^1].Erasures);
            Assert.InRange(point, 1, 30);
        }
    }

    [Fact]
    public async Task Registry_NamesNobody()
    {
        var canary = IdOf("canary-of-the-erased-5e1f");
        var customer = await NewCustomerAsync(canary);
        await RegisterAsync(_site);
        var receipt = await customer.EraseAsync(default);
        Assert.Single(receipt.Forgetting!.Affected);
        var stored = (await new GrainRecords(cluster.Storage, Registry.GetGrainId()).ReadAsync<ModelRegistryState>("models")).Value!;
        Assert.Equal(1, stored.Erasures!.Number);
        var bytes = cluster.Services.GetRequiredService<Serializer>().SerializeToArray(stored);
        var scanner = new LeakScanner([canary, receipt.CustomerHash]);
        Assert.Empty(scanner.Scan("the registry", bytes));
        Assert.NotEmpty(scanner.Scan("the registry", cluster.Services.GetRequiredService<Serializer>().SerializeToArray(stored with { Removing = [receipt.CustomerHash] })));
    }

    private IModelRegistryGrain RegistryOf(string site) => cluster.Grains.GetGrain<IModelRegistryGrain>(site);

    private ModelReading ReadingOf(string site, DateTimeOffset? until = null) => new(site, Now, until, ErasuresOf(site));

    private long ErasuresOf(string site) =>
        cluster.Services.GetRequiredService<IGrainFactory>().GetGrain<IErasureLogGrain>(site).ReadAsync(long.MaxValue).GetAwaiter().GetResult().Number;

    /// <summary>An id that belongs to the holdout, or does not.</summary>
    private string IdOf(string name, bool isHeld = false) => Enumerable.Range(0, 1_000).Select(number => $"{name}-{number}").First(id => Holdout.Contains(_site, id) == isHeld);

    private async Task<ICustomerGrain> NewCustomerAsync(string id)
    {
        cluster.Jump(TimeSpan.FromHours(1));
        var customer = cluster.Customer(_site, id);
        await customer.RecordAsync([Shop.Purchase("first", Now)], default);
        cluster.Jump(TimeSpan.FromHours(1));
        return customer;
    }

    /// <summary>Registers a version that has read everybody up to now, and puts it in service.</summary>
    private async Task<int> RegisterAsync(string site, DateTimeOffset? until = null, int? from = null, ImmutableArray<ModelReading>? readings = null)
    {
        var models = await RegistryOf(site).ListAsync(default);
        var parent = models.FirstOrDefault(model => model.Version == from);
        ImmutableArray<ModelReading> own = readings ?? [ReadingOf(site, until)];
        var inherited = parent is null
            ? []
            : ModelReadings.Inherited(parent.Readings, own, new Dictionary<string, ErasureLog> { [site] = await cluster.Services.GetRequiredService<IGrainFactory>().GetGrain<IErasureLogGrain>(site).ReadAsync(0) });
        var candidate = new ModelReference(0, $"{Interlocked.Increment(ref _bundles):x64}", Now, ["loyal"], "a model", InService: false)
        {
            Readings = [.. own, .. inherited], Parent = parent?.Sha256,
        };
        return (await RegistryOf(site).PublishAsync(candidate, promote: true, default)).Version;
    }

    private async Task<(int Version, long Erasures)[]> TaintsAsync() => [.. (await Registry.GetTaintsAsync(default)).Select(taint => (taint.Version, taint.Erasures))];
}
