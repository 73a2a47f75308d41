using Microsoft.Extensions.DependencyInjection;
using OrleansSeg.Customers;
using OrleansSeg.Grains.Tests.Clusters;
using OrleansSeg.Hosting;

namespace OrleansSeg.Grains.Tests.Segments;

/// <summary>A sweep waits for a customer that waits for the partition, and the partition is to end: neither may hold the other.</summary>
public sealed class PartitionEndingTests
{
    private static readonly Role AllInOne = new(RunsInference: true);

    [Fact]
    public async Task PartitionThatLostItsStoreWhileItSwept_AnswersAtOnce()
    {
        await using var cluster = await new RoleCluster(1, AllInOne).StartAsync();
        var partition = await FillAsync(cluster);
        var customer = HoldCustomer(cluster, partition, hasMoved: () => Task.FromResult(true));
        var sweeping = partition.SweepAsync(10, default);
        await customer.Entered.Task;

        cluster.Faults.Script(call => call.IsChange && call.Grain == partition.GetGrainId() ? StorageFault.FailBefore() : null);
        await Assert.ThrowsAsync<IOException>(() => RegistryOf(cluster, partition).RegisterAsync(KeyOf(partition, "new"), 0));
        cluster.Faults.Clear();
        customer.GoesOn.SetResult();

        Assert.Equal(1, (await partition.GetSegmentSizesAsync(default)).Values.Sum());
        await customer.Answered.Task;
        await Assert.ThrowsAsync<SiloUnavailableException>(() => sweeping);
    }

    [Fact]
    public async Task CallThatWaitsForAPartitionThatLostItsStore_IsAnsweredByTheNextActivation()
    {
        await using var cluster = await new RoleCluster(1, AllInOne).StartAsync();
        var partition = await FillAsync(cluster);
        var (entered, goesOn) = (new TaskCompletionSource(), new TaskCompletionSource());
        cluster.Calls.On<ICustomerGrain>("LookUpAsync", async context =>
        {
            entered.TrySetResult();
            await goesOn.Task;
            await context.Invoke();
        });
        var underWay = partition.LookUpManyAsync(["ann"], default);
        await entered.Task;

        cluster.Faults.Script(call => call.IsChange && call.Grain == partition.GetGrainId() ? StorageFault.FailBefore() : null);
        await Assert.ThrowsAsync<IOException>(() => RegistryOf(cluster, partition).RegisterAsync(KeyOf(partition, "new"), 0));
        cluster.Faults.Clear();
        var waiting = partition.GetSegmentSizesAsync(default);
        goesOn.SetResult();

        Assert.Equal(1, (await waiting).Values.Sum());
        Assert.Single(await underWay);
    }

    [Fact]
    public async Task SiloThatStopsWhileItsPartitionSweeps_LetsCustomersFinish()
    {
        await using var cluster = await new RoleCluster(2, AllInOne, AllInOne).StartAsync();
        var partition = await FillAsync(cluster);
        var address = await cluster.FindAsync(partition);
        var customer = HoldCustomer(cluster, partition, hasMoved: async () => !address!.Equals(await cluster.FindAsync(partition)));
        var sweeping = partition.SweepAsync(10, default);
        await customer.Entered.Task;

        var home = cluster.Cluster.Silos.Single(silo => silo.SiloAddress.Equals(address));
        var stopping = cluster.ServicesOf(home).GetRequiredService<SiloStopping>();
        var leaving = cluster.LeaveAsync(home);
        await cluster.WaitUntilAsync(() => stopping.Begun.IsCancellationRequested, "the silo to begin to stop");
        customer.GoesOn.SetResult();

        await customer.Answered.Task;
        await leaving;
        await Assert.ThrowsAnyAsync<Exception>(() => sweeping);
        Assert.Equal(1, (await partition.GetSegmentSizesAsync(default)).Values.Sum());
    }

    /// <summary>One customer that the next sweep has to score.</summary>
    private static async Task<IPartitionGrain> FillAsync(RoleCluster cluster)
    {
        var site = cluster.NewSite();
        await cluster.PublishModelAsync(site);
        var customer = cluster.Customer(site, "ann");
        await customer.RecordAsync([Shop.Purchase("first", cluster.Time.GetUtcNow())], default);
        await customer.LookUpFreshAsync(default);
        await cluster.PublishModelAsync(site);
        return cluster.PartitionOf(site, "ann");
    }

    /// <summary>Holds the sweep's customer, which then asks the partition, until that answers from where it has moved to.</summary>
    private static Held HoldCustomer(RoleCluster cluster, IPartitionGrain partition, Func<Task<bool>> hasMoved)
    {
        var held = new Held(new(), new(), new());
        cluster.Calls.On<ICustomerUpkeepGrain>("RefreshAsync", async context =>
        {
            held.Entered.TrySetResult();
            await held.GoesOn.Task;
            try
            {
                do
                {
                    await RegistryOf(cluster, partition).FindAsync(KeyOf(partition, "ann"));
                }
                while (!await hasMoved());
                held.Answered.TrySetResult();
            }
            catch (Exception exception)
            {
                held.Answered.TrySetException(exception);
            }

            await context.Invoke();
        });
        return held;
    }

    private static IPartitionRegistryGrain RegistryOf(RoleCluster cluster, IPartitionGrain partition) =>
        cluster.Grains.GetGrain<IPartitionRegistryGrain>(partition.GetPrimaryKeyString());

    private static string KeyOf(IPartitionGrain partition, string customer) => $"{PartitionKey.Parse(partition.GetPrimaryKeyString()).Site}:{customer}";

    private sealed record Held(TaskCompletionSource Entered, TaskCompletionSource GoesOn, TaskCompletionSource Answered);
}
