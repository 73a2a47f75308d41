using OrleansSeg.Cli.Sessions;
using OrleansSeg.Events;

namespace OrleansSeg.Cli.Bench;

/// <summary>Managed memory that one customer in memory takes, beside an activation of a grain that does nothing.</summary>
internal sealed class MemoryBench : IBenchmark
{
    private const int CallsAtOnce = 64;

    /// <inheritdoc />
    public string Name => "memory";

    /// <inheritdoc />
    public string Description => "Bytes of managed memory for each customer in memory, beside an activation of an empty grain.";

    /// <inheritdoc />
    public int CustomersByDefault => 20_000;

    /// <inheritdoc />
    public async Task<BenchReport> RunAsync(BenchContext context, CancellationToken cancellationToken)
    {
        var (settings, recorder) = (context.Settings, new BenchRecorder(Name));
        using var folder = BenchFolder.Create(context.Verb.Settings);
        await FillAsync(context, folder, cancellationToken);

        // A silo that has never seen these customers: what it holds afterwards came with their activation.
        await using var session = await context.OpenAsync(folder.FullPath, cancellationToken);
        var ids = Enumerable.Range(0, settings.Customers).Select(BenchEvents.CustomerId).ToArray();
        var keys = ids.Select(id => CustomerKey.Create(session.Client.Site, id).GrainKey).ToArray();
        await session.Client.LookUpAsync("somebody");
        await session.Grains.GetGrain<IEmptyGrain>("somebody").CallAsync();
        var before = await MeasureAsync();
        await ForEachAsync(keys, async key => await session.Grains.GetGrain<IEmptyGrain>(key).CallAsync(), cancellationToken);
        var withEmpty = await MeasureAsync();
        await ForEachAsync(ids, async id => await session.Client.LookUpAsync(id), cancellationToken);
        var withCustomers = await MeasureAsync();

        // The last to hold them: nothing that was counted may be collected before it is counted.
        GC.KeepAlive(ids);
        GC.KeepAlive(keys);
        recorder.Bytes("emptyActivation", (withEmpty - before) / (double)settings.Customers);
        recorder.Bytes("residentCustomer", (withCustomers - withEmpty) / (double)settings.Customers);
        recorder.Ratio("customerToEmpty", (withCustomers - withEmpty) / (double)Math.Max(1, withEmpty - before));
        recorder.Setting("customers", $"{settings.Customers}");
        recorder.Setting("eventsEach", $"{settings.EventsEach}");
        return recorder.ToReport();
    }

    private static async Task FillAsync(BenchContext context, BenchFolder folder, CancellationToken cancellationToken)
    {
        var settings = context.Settings;
        context.Output.Say($"Preparing {settings.Customers} customers with {settings.EventsEach} events each.");
        await using var session = await context.OpenAsync(folder.FullPath, cancellationToken);
        await new BenchEvents(context.Seed).FillAsync(session.Client, settings.Customers, settings.EventsEach, cancellationToken);
    }

    private static Task ForEachAsync(string[] all, Func<string, ValueTask> call, CancellationToken cancellationToken) =>
        Parallel.ForEachAsync(
            all, new ParallelOptions { MaxDegreeOfParallelism = CallsAtOnce, CancellationToken = cancellationToken }, (one, _) => call(one));

    /// <summary>Managed bytes once two collections in a row leave about the same.</summary>
    private static async Task<long> MeasureAsync()
    {
        var last = long.MaxValue;
        for (var tries = 0; tries < 10; tries++)
        {
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            GC.WaitForPendingFinalizers();
            var now = GC.GetTotalMemory(forceFullCollection: true);
            if (Math.Abs(last - now) < 100_000)
            {
                return now;
            }

            last = now;
            await Task.Yield();
        }

        return last;
    }
}
