using CsCheck;
using OrleansSeg.Customers;
using OrleansSeg.Events;
using OrleansSeg.Grains.Tests.Clusters;
using OrleansSeg.Model.Features;

namespace OrleansSeg.Grains.Tests.Customers;

/// <summary>Random lives of a customer against the simplest model there is: a dictionary of events by id.</summary>
public sealed class HistoryPropertyTests(SmallPageCluster cluster) : IClassFixture<SmallPageCluster>, IAsyncLifetime
{
    private static readonly DateTimeOffset Start = new(2025, 9, 1, 0, 0, 0, TimeSpan.Zero);

    private static readonly Gen<Step> Steps = Gen.Frequency(
        (6, EventGen.Event(Start, 150, EventGen.Ids(120)).Array[1, 30].Select(events => new Step(StepKind.Record, events))),
        (2, EventGen.Event(Start, 150, EventGen.Ids(120)).Array[1, 60].Select(events => new Step(StepKind.Import, events))),
        (1, Gen.Const(() => new Step(StepKind.Forget, []))),
        (1, Gen.Const(() => new Step(StepKind.FailOnce, []))),
        (1, Gen.Const(() => new Step(StepKind.Score, []))));

    private readonly string _site = cluster.NewSite();
    private int _customers;

    private enum StepKind
    {
        Record,
        Import,
        Forget,
        FailOnce,
        Score,
    }

    public Task InitializeAsync() => cluster.PublishModelAsync(_site);

    public Task DisposeAsync()
    {
        cluster.Faults.Clear();
        return Task.CompletedTask;
    }

    [Fact]
    public Task RandomLives_AgreeWithADictionary() => Steps.Array[1, 25].SampleAsync(LiveAsync, iter: 60, threads: 1);

    private async Task LiveAsync(Step[] steps)
    {
        var id = $"c{Interlocked.Increment(ref _customers)}";
        var customer = cluster.Customer(_site, id);
        var model = new Dictionary<string, BehaviourEvent>();
        foreach (var step in steps)
        {
            switch (step.Kind)
            {
                case StepKind.Forget:
                    await cluster.ForgetAsync(customer);
                    break;
                case StepKind.FailOnce:
                    FailNextWriteOf(customer);
                    break;
                case StepKind.Score:
                    await customer.LookUpFreshAsync(default);
                    break;
                default:
                    var receipt = step.Kind == StepKind.Record
                        ? await customer.RecordAsync([.. step.Events], default)
                        : await customer.ImportAsync(new CustomerImport(id, [.. step.Events], []), default);
                    Assert.Equal(Apply(model, step.Events), (receipt.Added, receipt.AlreadyKnown, receipt.Refused.Length));
                    break;
            }
        }

        var expected = model.Values.Order(EventOrder.Instance).ToList();
        Assert.Equal(expected.Select(e => e.EventId), await cluster.CheckAsync(customer));
        var history = await customer.ReadAllAsync(limit: 37);
        Assert.Equal(expected, history.Select(e => e with { RecordedAt = default, Backfilled = false }));
        await CompareProfileAsync(customer, expected);
    }

    /// <summary>What a call must answer: events are taken in order of time, the first content of an id counts.</summary>
    private static (int Added, int AlreadyKnown, int Refused) Apply(Dictionary<string, BehaviourEvent> model, BehaviourEvent[] events)
    {
        var (added, known, refused) = (0, 0, 0);
        foreach (var e in events.Order(EventOrder.Instance))
        {
            if (model.TryAdd(e.EventId, e))
            {
                added++;
            }
            else if (model[e.EventId] == e)
            {
                known++;
            }
            else
            {
                refused++;
            }
        }

        return (added, known, refused);
    }

    private static async Task CompareProfileAsync(ICustomerGrain customer, List<BehaviourEvent> expected)
    {
        var profile = await customer.GetProfileAsync(default);
        var purchases = expected.Where(e => e.Type == EventType.Purchase).ToList();
        Assert.Equal(expected.Count, profile.EventCount);
        Assert.Equal(expected.GroupBy(e => e.Type.ToString()).ToDictionary(g => g.Key, g => (long)g.Count()), profile.EventCounts);
        Assert.Equal(purchases.Sum(e => decimal.Round(e.Amount, 6)), profile.Spend);
        Assert.Equal(purchases.Select(e => LifetimeAggregates.DayOf(e.Timestamp)).Distinct().Count(), profile.PurchaseDays);
        Assert.Equal(expected.Count == 0 ? null : expected[0].Timestamp, profile.FirstEvent);
        Assert.Equal(expected.Count == 0 ? null : expected[^1].Timestamp, profile.LastEvent);
    }

    private void FailNextWriteOf(ICustomerGrain customer)
    {
        var (grain, failed) = (customer.GetGrainId(), 0);
        cluster.Faults.Script(call => call.IsChange && call.Grain == grain && Interlocked.Increment(ref failed) == 1
            ? (call.State.Length % 2 == 0 ? StorageFault.FailAfter() : StorageFault.FailBefore())
            : null);
    }

    private sealed record Step(StepKind Kind, BehaviourEvent[] Events);
}
