using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.IO.Hashing;
using System.Text;
using OrleansSeg.Federation;
using OrleansSeg.Federation.Privacy;
using OrleansSeg.Federation.Runs;
using OrleansSeg.Model.Bundles;
using OrleansSeg.Model.Federation.Privacy;
using OrleansSeg.Models;

namespace OrleansSeg.Grains.Tests.Federation;

/// <summary>A model of four numbers that each trainer pulls to its own place, through the real model store: runs of it take moments.</summary>
internal sealed class LinearWork(IModelStore store, TimeProvider time) : ITrainerWork, ICoordinatorWork
{
    private const int Width = 4;
    private const string File = "weights.bin";

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

    /// <summary>A hash of a trainer's data.</summary>
    public Func<string, string> DataOf { get; set; } = trainer => trainer;

    public async Task<TrainerOutput> RunAsync(string trainer, StepOrder order, byte[]? memory, StepSeed seed, CancellationToken cancellationToken)
    {
        await Meet(trainer, order.Step);
        var weights = Read(order.Input);
        for (var i = 0; i < Width; i++)
        {
            var place = (float)(XxHash64.HashToUInt64(Encoding.UTF8.GetBytes($"{trainer}/{i}")) % 1000) / 7;
            weights[i] += 0.3f * (place - weights[i]) / Math.Max(1, order.Step.Round);
        }

        if (NoisedAtTrainers && order.Step.Phase == RunPhase.Training)
        {
            AddNoise(weights, await seed(DataOf(trainer)));
            Noised.Enqueue((trainer, order.Step, string.Join(' ', weights)));
        }

        await MeetAfter(trainer, order.Step);
        return new TrainerOutput(Files(weights), null);
    }

    public void Forget(string trainer)
    {
    }

    public async Task<string> OpenAsync(RunState run, CancellationToken cancellationToken)
    {
        await MeetCoordinator(run);
        return await WriteAsync(run, new float[Width], cancellationToken);
    }

    public async Task<StepClosing> CloseAsync(RunState run, CancellationToken cancellationToken)
    {
        await MeetCoordinator(run);
        var sum = new double[Width];
        foreach (var (_, report) in run.Reports.OrderBy(report => report.Key, StringComparer.Ordinal).Select(report => (report.Key, report.Value.Result)))
        {
            await store.FetchAsync(report.Output, cancellationToken);
            var weights = Read(report.Output);
            for (var i = 0; i < Width; i++)
            {
                sum[i] += weights[i];
            }
        }

        // Measuring and fitting leave the weights alone.
        var mean = run.Phase == RunPhase.Training ? Array.ConvertAll(sum, value => (float)(value / run.Reports.Count)) : Read(run.Input);
        if (run.SumSeed is { } sumSeed)
        {
            AddNoise(mean, sumSeed);
            Noised.Enqueue(("coordinator", run.Step, string.Join(' ', mean)));
        }

        await MeetCoordinatorAfter(run);
        var output = await WriteAsync(run, mean, cancellationToken);
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

    private static void AddNoise(float[] weights, byte[] seed)
    {
        var noise = new GridGaussian(new SeededStream(seed, "noise"));
        for (var i = 0; i < Width; i++)
        {
            weights[i] += noise.Next(1 << 20) * (1f / (1 << 20));
        }
    }

    private async Task<string> WriteAsync(RunState run, float[] weights, CancellationToken cancellationToken)
    {
        var hash = BundleFolder.Write(store.LocalFolder, Files(weights).Append(new("origin", Encoding.UTF8.GetBytes(run.Ledger.Origin))).ToDictionary());
        await store.PublishAsync(hash, cancellationToken);
        return hash;
    }

    private float[] Read(string hash)
    {
        var bytes = BundleFolder.Read(store.LocalFolder, hash)[File];
        return [.. Enumerable.Range(0, Width).Select(i => BinaryPrimitives.ReadSingleLittleEndian(bytes.AsSpan(i * sizeof(float))))];
    }

    private static Dictionary<string, byte[]> Files(float[] weights)
    {
        var bytes = new byte[Width * sizeof(float)];
        for (var i = 0; i < Width; i++)
        {
            BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(i * sizeof(float)), weights[i]);
        }

        return new() { [File] = bytes };
    }
}
