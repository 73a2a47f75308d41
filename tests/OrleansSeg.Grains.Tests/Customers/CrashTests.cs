using System.Collections.Concurrent;
using System.Collections.Immutable;
using OrleansSeg.Customers;
using OrleansSeg.Customers.Storage;
using OrleansSeg.Events;
using OrleansSeg.Grains.Tests.Clusters;

namespace OrleansSeg.Grains.Tests.Customers;

/// <summary>A customer's life with a fault at every call to the store in turn: what was acknowledged is there, once, after each.</summary>
public sealed class CrashTests(SmallPageCluster cluster) : IClassFixture<SmallPageCluster>, IAsyncLifetime
{
    /// <summary>Makes one event a page, so that a short life has pages and directories.</summary>
    private static readonly string Page = new('p', 5_000);

    private readonly string _site = cluster.NewSite();

    /// <summary>How the store fails at the chosen call.</summary>
    public enum Instant
    {
        /// <summary>The process dies before the call reaches the store.</summary>
        DiesBefore,

        /// <summary>The process dies after the store has done it.</summary>
        DiesAfter,

        /// <summary>The call fails once, and nothing happened.</summary>
        FailsBefore,

        /// <summary>The call fails once, and it had happened.</summary>
        FailsAfter,
    }

    public Task InitializeAsync() => cluster.PublishModelAsync(_site);

    public Task DisposeAsync()
    {
        cluster.Faults.Clear();
        return Task.CompletedTask;
    }

    [Theory]
    [InlineData(Instant.DiesBefore)]
    [InlineData(Instant.DiesAfter)]
    [InlineData(Instant.FailsBefore)]
    [InlineData(Instant.FailsAfter)]
    public async Task FaultAtEveryCall_LosesNothingAcknowledged_AndCountsNothingTwice(Instant instant)
    {
        var points = 0;
        for (var point = 1; ; point++, points++)
        {
            var customer = cluster.Customer(_site, $"{instant}-{point}");
            var life = new Life(cluster, customer, cluster.Time.GetUtcNow());
            var fault = new OneFault(instant, point, customer.GetGrainId());
            cluster.Faults.Script(fault.Meet);
            await life.LiveAsync();

            // The process comes back: nothing of the activation is left, and the store works.
            await cluster.ForgetAsync(customer);
            cluster.Faults.Clear();
            if (!fault.HasStruck)
            {
                break;
            }

            var context = $"{instant} at call {point} ({fault.Struck})";
            var stored = await cluster.CheckAsync(customer);
            Assert.True(life.Acknowledged.All(stored.Contains), $"{context}: acknowledged and lost: {string.Join(' ', life.Acknowledged.Except(stored))}");
            Assert.True(stored.All(life.Sent.Contains), context);

            // Whoever was not told repeats everything; it all fits.
            var repeated = new Life(cluster, customer, life.Began);
            await repeated.LiveAsync();
            Assert.True(repeated.Failures == 0, context);
            Assert.Equal(life.Sent.Count, (await cluster.CheckAsync(customer)).Count);
            var profile = await customer.GetProfileAsync(default);
            Assert.Equal(("FR", (long)life.Sent.Count), (profile.Attributes["country"], profile.EventCount));
            await cluster.ForgetAsync(customer);
        }

        Assert.InRange(points, 30, 400);
        var report = await cluster.VerifyAsync(_site);
        Assert.Empty(report.Mismatches);
    }

    [Fact]
    public async Task SiloKilledUnderLoad_KeepsWhatItAcknowledged()
    {
        var first = new ShopCluster();
        await first.InitializeAsync();
        try
        {
            var acknowledged = new ConcurrentQueue<(string Customer, string EventId)>();
            var writers = Enumerable.Range(0, 16).Select(writer => WriteAsync(first, $"c{writer % 5}", writer, acknowledged)).ToArray();
            await first.WaitUntilAsync(() => acknowledged.Count > 100, "some acknowledged events");
            await first.KillAsync();
            await CheckAllAsync(await first.RestartAsync(), acknowledged);
        }
        finally
        {
            await first.DisposeAsync();
        }
    }

    private static async Task WriteAsync(ShopCluster shop, string id, int writer, ConcurrentQueue<(string Customer, string EventId)> acknowledged)
    {
        var customer = shop.Customer("kill", id);
        for (var i = 0; i < 10_000; i++)
        {
            var e = Shop.View($"{writer}-{i}", shop.Time.GetUtcNow(), Page);
            if (await Record.ExceptionAsync(() => customer.RecordAsync([e], default)) is not null)
            {
                return;
            }

            acknowledged.Enqueue((id, e.EventId));
        }
    }

    private static async Task CheckAllAsync(ShopCluster restarted, IEnumerable<(string Customer, string EventId)> acknowledged)
    {
        try
        {
            foreach (var group in acknowledged.ToArray().GroupBy(a => a.Customer))
            {
                var customer = restarted.Customer("kill", group.Key);
                var stored = await restarted.CheckAsync(customer);
                Assert.Empty(group.Select(a => a.EventId).Except(stored));
                Assert.Equal(stored, (await customer.ReadAllAsync()).Select(e => e.EventId));
            }

            Assert.Empty((await restarted.VerifyAsync("kill")).Mismatches);
        }
        finally
        {
            await restarted.DisposeAsync();
        }
    }

    /// <summary>What happens to one customer, step by step; a step that fails is remembered and the next one tried.</summary>
    private sealed class Life(ShopCluster cluster, ICustomerGrain customer, DateTimeOffset began)
    {
        public DateTimeOffset Began => began;

        public HashSet<string> Acknowledged { get; } = [];

        public HashSet<string> Sent { get; } = [];

        public int Failures { get; private set; }

        public async Task LiveAsync()
        {
            var id = CustomerKey.Parse(customer.GetPrimaryKeyString()).CustomerId;
            await StepAsync([Shop.Purchase("first", began.AddDays(-40)), Shop.View("second", began.AddDays(-39))]);
            await StepAsync(
                [Shop.View("imported", began.AddDays(-90))],
                events => customer.ImportAsync(new CustomerImport(id, [.. events], new Dictionary<string, string> { ["country"] = "FR" }.ToImmutableDictionary()), default));
            await StepAsync([.. Shop.Views("page-", 9, began.AddDays(-30), Page)]);
            await StepAsync([Shop.View("late", began.AddDays(-30).AddSeconds(90)), Shop.View("page-3", began.AddDays(-30).AddMinutes(3), Page)]);
            await TryAsync(() => cluster.Grains.GetGrain<ICustomerUpkeepGrain>(customer.GetPrimaryKeyString()).RefreshAsync(default));
            await StepAsync([Shop.View("last", began)]);
        }

        private Task StepAsync(BehaviourEvent[] events) => StepAsync(events, all => customer.RecordAsync([.. all], default));

        private async Task StepAsync(BehaviourEvent[] events, Func<BehaviourEvent[], Task<RecordReceipt>> record)
        {
            Sent.UnionWith(events.Select(e => e.EventId));
            await TryAsync(async () =>
            {
                var receipt = await record(events);
                Assert.Equal(events.Length, receipt.Added + receipt.AlreadyKnown);
                Acknowledged.UnionWith(events.Select(e => e.EventId));
            });
        }

        private async Task TryAsync(Func<Task> step)
        {
            try
            {
                await step();
            }
            catch (Exception exception) when (exception is not Xunit.Sdk.XunitException)
            {
                Failures++;
            }
        }
    }

    private sealed class OneFault(Instant instant, int point, GrainId grain)
    {
        private int _calls;

        public string Struck { get; private set; } = "nothing";

        public bool HasStruck => Volatile.Read(ref _calls) >= point;

        public StorageFault? Meet(StorageCall call)
        {
            if (call.Grain != grain)
            {
                return null;
            }

            var number = Interlocked.Increment(ref _calls);
            if (number < point || (number > point && instant is Instant.FailsBefore or Instant.FailsAfter))
            {
                return null;
            }

            Struck = number == point ? $"{call.Kind} {call.State}" : Struck;
            return instant is Instant.DiesAfter or Instant.FailsAfter && number == point ? StorageFault.FailAfter() : StorageFault.FailBefore();
        }
    }
}
