using System.Collections.Immutable;
using OrleansSeg.Cli.Sessions;
using OrleansSeg.Customers;

namespace OrleansSeg.Cli.Bench;

/// <summary>Events that customers acknowledge as durable, beside plain inserts into SQLite with the same sync and batch size.</summary>
internal sealed class RecordBench : IBenchmark
{
    /// <inheritdoc />
    public string Name => "record";

    /// <inheritdoc />
    public string Description => "Durable events per second through customers, beside a loop of plain SQLite inserts.";

    /// <inheritdoc />
    public int CustomersByDefault => 2_000;

    /// <inheritdoc />
    public async Task<BenchReport> RunAsync(BenchContext context, CancellationToken cancellationToken)
    {
        var (settings, recorder) = (context.Settings, new BenchRecorder(Name));
        using var folder = BenchFolder.Create(context.Verb.Settings);
        await using var session = await context.OpenAsync(folder.FullPath, cancellationToken);
        var events = new BenchEvents(context.Seed);
        context.Output.Say($"Preparing {settings.Customers} customers with {settings.EventsEach} events each.");
        await events.FillAsync(session.Client, settings.Customers, settings.EventsEach, cancellationToken);
        using var groups = new GroupSizes();
        using var raw = new RawInserts(folder.FullPath);
        var load = new RecordLoad(session, events, settings);
        var (batchSize, perCommit) = (1, new List<double>());
        var rounds = await Interleaved.RunAsync(
            settings.Duration,
            async time =>
            {
                var before = groups.Count.Commits;
                var result = await load.RunAsync(time, cancellationToken);
                perCommit.Add(result.Count / (double)Math.Max(1, groups.Count.Commits - before));
                batchSize = Math.Max(1, (int)Math.Round(perCommit[^1]));
                recorder.Latency("record", result.Latencies);
                return result.PerSecond;
            },
            time => Task.Run(() => raw.Run(time, batchSize, events.Event(0, 0)), cancellationToken));
        foreach (var (grains, plain) in rounds)
        {
            recorder.Rate("events", grains);
            recorder.Rate("rawInserts", plain);
            recorder.Ratio("eventsToRawInserts", grains / plain);
        }

        recorder.Setting("customers", $"{settings.Customers}");
        recorder.Setting("callers", $"{settings.Callers}");
        recorder.Setting("eventsPerCommit", $"{BenchRecorder.Median(perCommit):F1}");
        recorder.Setting("fileSystem", $"{folder.FileSystem}");
        return recorder.ToReport();
    }

    /// <summary>Each caller records one event after another, for customers of its own in turn.</summary>
    private sealed class RecordLoad(ClusterSession session, BenchEvents events, BenchSettings settings)
    {
        private readonly int[] _recorded = new int[settings.Customers];
        private readonly int[] _made = new int[settings.Callers];

        public Task<LoadResult> RunAsync(TimeSpan duration, CancellationToken cancellationToken) =>
            ClosedLoop.RunAsync(settings.Callers, duration, (caller, _) => RecordAsync(caller, cancellationToken), cancellationToken);

        private async ValueTask<RecordReceipt> RecordAsync(int caller, CancellationToken cancellationToken)
        {
            var turns = Math.Max(1, settings.Customers / settings.Callers);
            var customer = ((_made[caller]++ % turns * settings.Callers) + caller) % settings.Customers;
            var number = settings.EventsEach + Interlocked.Increment(ref _recorded[customer]);
            var receipt = await session.Client.RecordAsync(
                BenchEvents.CustomerId(customer), ImmutableArray.Create(events.Event(customer, number)), cancellationToken);
            return receipt.Added == 1
                ? receipt
                : throw new VerbFailedException($"Event {number} of {BenchEvents.CustomerId(customer)} was not added: {receipt}.");
        }
    }
}
