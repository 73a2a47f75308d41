using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.IO.Hashing;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using OrleansSeg.Federation;
using OrleansSeg.Federation.Privacy;
using OrleansSeg.Federation.Runs;
using OrleansSeg.Federation.Work;
using OrleansSeg.Federation.Work.Masking;
using OrleansSeg.Model.Bundles;
using OrleansSeg.Model.Federation.Privacy;
using OrleansSeg.Model.Federation.SecureAggregation;
using OrleansSeg.Models;
using SigningKey = OrleansSeg.Model.Federation.SecureAggregation.Keys.TrainerKey;

namespace OrleansSeg.Grains.Tests.Federation;

/// <summary>A model of four numbers that each trainer pulls to its own place, through the real model store: runs of it take moments.</summary>
/// <remarks>Where the plan has rounds masked, they go through the real exchange of keys, shares and masked vectors.</remarks>
internal sealed class LinearWork(IModelStore store, TrainerExchange exchange, ExchangeClosing closing, TimeProvider time) : ITrainerWork, ICoordinatorWork
{
    private const int Width = 4;
    private const string File = "weights.bin";
    private const string MaskingFile = "masking.json";
    private const string MaskedFile = "masked.bin";
    private const string KeyFile = "key.bin";
    private static readonly FixedPoint Point = new(64, 24, 1_000, 64);

    /// <summary>Called before each order is done; a test may throw or wait in it.</summary>
    public Func<string, StepKey, Task> Meet { get; set; } = (_, _) => Task.CompletedTask;

    /// <summary>Called before each step is opened or closed.</summary>
    public Func<RunState, Task> MeetCoordinator { get; set; } = _ => Task.CompletedTask;

    /// <summary>Called before the output of a step is written.</summary>
    public Func<RunState, Task> MeetCoordinatorAfter { get; set; } = _ => Task.CompletedTask;

    /// <summary>Called before a result is given away.</summary>
    public Func<string, StepKey, Task> MeetAfter { get; set; } = (_, _) => Task.CompletedTask;

    /// <summary>Whether trainers add noise to what they learned.</summary>
    public bool NoisedAtTrainers { get; set; }

    /// <summary>Everything that was ever made with noise, by who made it in which step.</summary>
    public ConcurrentQueue<(string Drawer, StepKey Step, string Released)> Noised { get; } = new();

    /// <summary>Every masked vector that was ever made, by its hash.</summary>
    public ConcurrentQueue<(string Trainer, StepKey Step, string Hash)> Masked { get; } = new();

    /// <summary>A hash of a trainer's data.</summary>
    public Func<string, string> DataOf { get; set; } = trainer => trainer;

    /// <summary>Called with what a trainer has trained; what it returns is sent.</summary>
    public Func<string, StepKey, float[], float[]> MeetTrained { get; set; } = (_, _, weights) => weights;

    public async Task<TrainerOutput> RunAsync(string trainer, StepOrder order, TrainerMemory memory, StepSeed seed, CancellationToken cancellationToken)
    {
        await Meet(trainer, order.Step);
        var input = BundleFolder.Read(store.LocalFolder, order.Input);
        var made = order.Step.Stage == RoundStage.Training
            ? new TrainerOutput(Files(await TrainAsync(trainer, order, seed), null), null)
            : await exchange.RunAsync(
                trainer, order, RoundOf(input, order.Step), memory.Secrets,
                async () => Array.ConvertAll(await TrainAsync(trainer, order, seed), value => unchecked((ulong)Point.ToSteps(value))), cancellationToken);
        if (made.Files.TryGetValue(MaskedFile, out var masked))
        {
            Masked.Enqueue((trainer, order.Step, Convert.ToHexStringLower(SHA256.HashData(masked))));
        }

        if (order.Step is { Phase: RunPhase.Fitting, Round: 1 } && input.ContainsKey(MaskingFile))
        {
            var (key, secrets) = exchange.Identify(trainer, memory.Secrets);
            made = new TrainerOutput(new Dictionary<string, byte[]>(made.Files) { [KeyFile] = key }, null) { SecretsBefore = secrets };
        }

        await MeetAfter(trainer, order.Step);
        return made;
    }

    public void Forget(string trainer)
    {
    }

    public async Task<string> OpenAsync(RunState run, CancellationToken cancellationToken)
    {
        await MeetCoordinator(run);
        return await WriteAsync(run, new float[Width], run.Plan.SecureAggregation ? new Masking(run.Plan.ReportersNeeded, []) : null, cancellationToken);
    }

    public async Task<StepClosing> CloseAsync(RunState run, CancellationToken cancellationToken)
    {
        await MeetCoordinator(run);
        var input = BundleFolder.Read(store.LocalFolder, run.Input);
        if (run.Stage is RoundStage.Keys or RoundStage.Shares or RoundStage.Masking)
        {
            var told = await closing.CloseAsync(run, RoundOf(input, run.Step), cancellationToken);
            await MeetCoordinatorAfter(run);
            return told;
        }

        // Measuring and fitting leave the weights alone.
        var mean = run.Phase != RunPhase.Training ? Read(run.Input)
            : run.Stage == RoundStage.Unmasking ? Array.ConvertAll((await closing.SumAsync(run, cancellationToken)).Sum, step => (float)(Point.FromSteps(Point.Signed(step)) / run.Participants.Length))
            : await MeanAsync(run, cancellationToken);
        if (run.SumSeed is { } sumSeed)
        {
            AddNoise(mean, sumSeed);
            Noised.Enqueue(("coordinator", run.Step, string.Join(' ', mean)));
        }

        await MeetCoordinatorAfter(run);
        var output = await WriteAsync(run, mean, MaskingAfter(run, input), cancellationToken);
        var models = run.Plan.Sites.ToImmutableSortedDictionary(site => site, _ => new ModelReference(0, output, time.GetUtcNow(), ["loyal"], "linear", false));
        return new StepClosing(
            output,
            mean.Select((weight, at) => KeyValuePair.Create($"weight{at}", (double)weight)).ToImmutableSortedDictionary(),
            run.Phase == RunPhase.Evaluating ? new RunVerdict(run.Plan.Promote, "better", models) : null,
            GoesOn: run is { Phase: RunPhase.Fitting or RunPhase.Evaluating, Round: 1 })
        {
            Privacy = run.Plan.Privacy.Unit == ProtectedUnit.None ? null : RunPrivacy.Of(run.Plan, run.Plan.Trainers.ToDictionary(trainer => trainer, _ => 640L)),
        };
    }

    /// <summary>The weights in a bundle.</summary>
    public float[] Read(string hash)
    {
        var bytes = BundleFolder.Read(store.LocalFolder, hash)[File];
        return [.. Enumerable.Range(0, Width).Select(i => BinaryPrimitives.ReadSingleLittleEndian(bytes.AsSpan(i * sizeof(float))))];
    }

    /// <summary>Where a trainer pulls a weight to.</summary>
    public static float PlaceOf(string trainer, int weight) => (float)(XxHash64.HashToUInt64(Encoding.UTF8.GetBytes($"{trainer}/{weight}")) % 1000) / 7;

    /// <summary>What an update counts for that is so many rounds late.</summary>
    public static double ShareOf(int late) => 1.0 / (1 + late);

    private async Task<float[]> TrainAsync(string trainer, StepOrder order, StepSeed seed)
    {
        var weights = Read(order.Input);
        for (var i = 0; i < Width; i++)
        {
            weights[i] += 0.3f * (PlaceOf(trainer, i) - weights[i]) / Math.Max(1, order.Step.Round);
        }

        if (NoisedAtTrainers && order.Step.Phase == RunPhase.Training)
        {
            AddNoise(weights, await seed(DataOf(trainer)));
            Noised.Enqueue((trainer, order.Step, string.Join(' ', weights)));
        }

        return MeetTrained(trainer, order.Step, weights);
    }

    private async Task<float[]> MeanAsync(RunState run, CancellationToken cancellationToken)
    {
        var (sum, total) = (new double[Width], 0.0);
        foreach (var (output, round) in run.OutputsInOrder().Select(report => (report.Output, run.Round)).Concat(LateTrainers.ArrivedIn(run).Select(late => (late.Result.Output, late.Round))))
        {
            await store.FetchAsync(output, cancellationToken);
            var (weights, share) = (Read(output), ShareOf(run.Round - round));
            total += share;
            for (var i = 0; i < Width; i++)
            {
                sum[i] += share * weights[i];
            }
        }

        return Array.ConvertAll(sum, value => (float)(value / total));
    }

    private Masking? MaskingAfter(RunState run, IReadOnlyDictionary<string, byte[]> input)
    {
        var masking = MaskingIn(input);
        return masking is not null && run is { Phase: RunPhase.Fitting, Round: 1 }
            ? masking with { Roster = [.. run.Reports.Select(report => new SigningKey(report.Key, BundleFolder.Read(store.LocalFolder, report.Value.Result.Output)[KeyFile]))] }
            : masking;
    }

    private static SecureRound RoundOf(IReadOnlyDictionary<string, byte[]> input, StepKey step) =>
        new(MaskedRounds.NameOf(step), step.Round, MaskingIn(input)!.Threshold, Width, 64, MaskingIn(input)!.Roster);

    private static Masking? MaskingIn(IReadOnlyDictionary<string, byte[]> files) =>
        files.TryGetValue(MaskingFile, out var bytes) ? JsonSerializer.Deserialize<Masking>(bytes, BundleJson.Compact) : null;

    private static void AddNoise(float[] weights, byte[] seed)
    {
        var noise = new GridGaussian(new SeededStream(seed, "noise"));
        for (var i = 0; i < Width; i++)
        {
            weights[i] += noise.Next(1 << 20) * (1f / (1 << 20));
        }
    }

    private Task<string> WriteAsync(RunState run, float[] weights, Masking? masking, CancellationToken cancellationToken) =>
        store.WriteAsync(Files(weights, masking).Append(new("origin", Encoding.UTF8.GetBytes(run.Ledger.Origin))).ToDictionary(), cancellationToken);

    private static Dictionary<string, byte[]> Files(float[] weights, Masking? masking)
    {
        var bytes = new byte[Width * sizeof(float)];
        for (var i = 0; i < Width; i++)
        {
            BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(i * sizeof(float)), weights[i]);
        }

        var files = new Dictionary<string, byte[]> { [File] = bytes };
        if (masking is not null)
        {
            files[MaskingFile] = JsonSerializer.SerializeToUtf8Bytes(masking, BundleJson.Compact);
        }

        return files;
    }

    /// <summary>What trainers must know of masked rounds.</summary>
    private sealed record Masking(int Threshold, ImmutableArray<SigningKey> Roster);
}
