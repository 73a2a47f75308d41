using OrleansSeg.Cli.Customers;
using OrleansSeg.Cli.Import;
using OrleansSeg.Inference;
using OrleansSeg.Model.Features;

namespace OrleansSeg.Cli.Bench;

/// <summary>Every customer put in a segment: through the grains, by one forward pass for each call, and by the model alone.</summary>
/// <remarks>
/// <c>customers</c> is the whole way: a sweep of the partitions, each customer's state and history read, the input made, scored in a
/// batch, the assignment stored and indexed. <c>engine</c> is the inference grains alone, given the inputs. <c>batchOfOne</c> and
/// <c>model</c> are the model without grains, an input at a time and all inputs in batches sorted by length.
/// </remarks>
internal sealed class ClassifyBench : IBenchmark
{
    private const int Rounds = 3;
    private const int CallsAtOnce = 2_048;
    private const int WorkerSlots = 16;
    private const int BatchSize = 512;

    /// <inheritdoc />
    public string Name => "classify";

    /// <inheritdoc />
    public string Description => "Customers per second put in segments through grains, beside one forward pass for each and the model alone.";

    /// <inheritdoc />
    public int CustomersByDefault => 1_500;

    /// <inheritdoc />
    public async Task<BenchReport> RunAsync(BenchContext context, CancellationToken cancellationToken)
    {
        var (settings, recorder) = (context.Settings, new BenchRecorder(Name));
        await using var shop = await BenchShop.OpenAsync(context, trained: true, cancellationToken);
        var session = shop.Session;
        await SweepProgress.RunAsync(context.Output, session, cancellationToken);
        var ids = await session.Client.ReadCustomersAsync(cancellationToken).ToArrayAsync(cancellationToken);
        var inputs = await ScoringInputs.BuildAsync(session.Client, ids, cancellationToken);
        var model = new ServedModel(session);
        var shuffled = inputs.ToArray();
        new Random(context.Seed).Shuffle(shuffled);
        var sorted = inputs.OrderBy(input => input.Tokens.Length).Chunk(BatchSize).ToArray();
        var each = settings.Duration / (Rounds * 4);

        // The silo follows the site's models from the first call for it; all four go once unmeasured, because .NET compiles what runs often anew.
        await EngineAsync(context, session.Grains, shuffled, each / 4, cancellationToken);
        await model.PublishAgainAsync(cancellationToken);
        await SweepProgress.RunAsync(context.Output, session, cancellationToken);
        await ScoreAsync(model, [.. shuffled.Select(input => new[] { input })], each / 4);
        await ScoreAsync(model, sorted, each / 4);
        for (var round = 0; round < Rounds; round++)
        {
            await model.PublishAgainAsync(cancellationToken);
            var customers = await LoadResult.TimeAsync(() => SweepProgress.RunAsync(context.Output, session, cancellationToken));
            var engine = await EngineAsync(context, session.Grains, shuffled, each, cancellationToken);
            var one = await ScoreAsync(model, [.. shuffled.Select(input => new[] { input })], each);
            var alone = await ScoreAsync(model, sorted, each);
            Record(recorder, customers, engine, one, alone);
        }

        recorder.Setting("customers", $"{ids.Length}");
        recorder.Setting("meanSteps", $"{inputs.Average(input => input.Tokens.Length):F1}");
        recorder.Setting("batchSize", $"{BatchSize}");
        recorder.Setting("callsAtOnce", $"{CallsAtOnce}");
        recorder.Setting("torchThreads", $"{TorchSharp.torch.get_num_threads()}");
        return recorder.ToReport();
    }

    private static void Record(BenchRecorder recorder, LoadResult customers, LoadResult engine, LoadResult one, LoadResult alone)
    {
        recorder.Load("customers", customers);
        recorder.Load("engine", engine);
        recorder.Load("batchOfOne", one);
        recorder.Load("model", alone);
        recorder.Compare("customersToBatchOfOne", customers, one);
        recorder.Compare("customersToModel", customers, alone);
        recorder.Compare("engineToBatchOfOne", engine, one);
        recorder.Compare("engineToModel", engine, alone);
    }

    private static Task<LoadResult> EngineAsync(
        BenchContext context, IGrainFactory grains, CustomerInput[] inputs, TimeSpan duration, CancellationToken cancellationToken)
    {
        var workers = Enumerable.Range(0, WorkerSlots).Select(slot => grains.GetGrain<IInferenceWorkerGrain>(slot)).ToArray();
        var site = context.Verb.Settings.Site;
        return ClosedLoop.RunAsync(
            Math.Min(CallsAtOnce, inputs.Length),
            duration,
            (caller, made) => new ValueTask<ScoringResult>(workers[caller % WorkerSlots].ScoreAsync(
                new ScoringRequest(site, inputs[(caller + (made * CallsAtOnce)) % inputs.Length], ScoringPriority.Backfill, null), cancellationToken)),
            cancellationToken);
    }

    /// <summary>Scores batches in turn, for a while.</summary>
    private static Task<LoadResult> ScoreAsync(ServedModel model, CustomerInput[][] batches, TimeSpan duration) => LoadResult.TimeAsync(() => Task.Run(() =>
    {
        using var lease = model.Rent();
        var began = TimeProvider.System.GetTimestamp();
        var (count, next) = (0L, 0);
        while (TimeProvider.System.GetElapsedTime(began) < duration)
        {
            count += lease.Model.Score(batches[next]).Count;
            next = (next + 1) % batches.Length;
        }

        return count;
    }));
}
