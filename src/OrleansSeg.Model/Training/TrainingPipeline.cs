using System.Diagnostics;
using OrleansSeg.Model.Bundles;
using OrleansSeg.Model.Evaluation;
using OrleansSeg.Model.Evaluation.Baselines;
using OrleansSeg.Model.Inference;
using OrleansSeg.Model.Native;
using OrleansSeg.Model.Segments;
using OrleansSeg.Model.Segments.Discovery;

namespace OrleansSeg.Model.Training;

/// <summary>From histories to an honest report, or to a bundle's files.</summary>
/// <remarks>
/// Reading runs where the caller awaits; fitting runs on pool threads, so that a caller's scheduler stays free. Memory: one history at a
/// time, and the examples within the plan's bounds (about 1.2 KB each with steps shared).
/// </remarks>
public static class TrainingPipeline
{
    /// <summary>Trains our model and every baseline on what was known before a cutoff, and measures them after it.</summary>
    /// <param name="histories">The customers; read once.</param>
    /// <param name="cutoff">The test cutoff.</param>
    /// <param name="plan">Horizon, bounds and seed.</param>
    /// <param name="progress">Told of each epoch and trial; may be null.</param>
    /// <param name="cancellationToken">Stops between steps.</param>
    /// <exception cref="InsufficientDataException">Too few customers or too short a history; the message says what is needed.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public static async Task<EvaluationReport> EvaluateAsync(
        HistorySource histories, DateTimeOffset cutoff, TrainingPlan plan, IProgress<TrainingProgress>? progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(histories);
        ArgumentNullException.ThrowIfNull(plan);
        if (plan.Scheme.IsDiscovered)
        {
            throw new InsufficientDataException(
                "Discovered segments have no truth that forecasts could be held against: train them, with --no-promote to look at them first, and see how stable they are.");
        }

        var clock = Stopwatch.StartNew();
        var data = await ExampleReader.ReadForEvaluationAsync(histories, cutoff, plan, progress, cancellationToken);
        var read = clock.Elapsed;
        return await Task.Run(() => Evaluate(data, plan, read, progress, cancellationToken), cancellationToken);
    }

    /// <summary>Trains a model for service on everything that has matured.</summary>
    /// <param name="histories">The customers; read twice.</param>
    /// <param name="plan">Horizon, bounds and seed.</param>
    /// <param name="progress">Told of each epoch; may be null.</param>
    /// <param name="cancellationToken">Stops between steps.</param>
    /// <exception cref="InsufficientDataException">Too few customers or too short a history; the message says what is needed.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public static async Task<TrainedBundle> TrainAsync(
        HistorySource histories, TrainingPlan plan, IProgress<TrainingProgress>? progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(histories);
        ArgumentNullException.ThrowIfNull(plan);
        var data = await ExampleReader.ReadForTrainingAsync(histories, plan, progress, cancellationToken);
        return await Task.Run(() => Train(data, plan, progress, cancellationToken), cancellationToken);
    }

    // A pool thread begins with whatever number was set last anywhere in the process: by a federated round, or by an inference engine.
    private static EvaluationReport Evaluate(
        LabelledData data, TrainingPlan plan, TimeSpan read, IProgress<TrainingProgress>? progress, CancellationToken cancellationToken)
    {
        using var threads = TorchThreads.Fix(plan.Threads);
        return new Evaluator(data, plan, progress, cancellationToken).Run(read);
    }

    private static TrainedBundle Train(
        LabelledData data, TrainingPlan plan, IProgress<TrainingProgress>? progress, CancellationToken cancellationToken)
    {
        using var threads = TorchThreads.Fix(plan.Threads);
        var trainer = new ModelTrainer(plan.Network?.Shape, plan.Network?.Training, plan.Texts);
        using var tuned = trainer.Tune(data.Training, data.Validation, plan.Seed, progress, cancellationToken);
        var validation = data.Validation.Labelled();
        var forecasts = tuned.Forecast([.. validation.Examples.Select(example => example.Input)]);
        using var refitted = tuned.Finish(data.Matured, plan.Refit, plan.Seed, progress, cancellationToken);
        var model = refitted ?? tuned.Model;
        var card = new ModelCard
        {
            Data = data.Data,
            HorizonDays = plan.Horizon.TotalDays,
            Scheme = plan.Scheme == SchemeChoice.Predictive ? null : plan.Scheme.ToString(),
            Labels = data.Scheme.Labels,
            DroppedLabels = data.DroppedLabels,
            TrainingCutoffs = data.Split.Training,
            ValidationCutoff = data.Split.Validation,
            TrainingExamples = data.Training.Examples.Count,
            ValidationExamples = data.Validation.Examples.Count,
            RefittedExamples = refitted is null ? null : data.Matured.Examples.Count,
            Members = tuned.Members,
            Seed = plan.Seed,
            Parameters = model.ParameterCount,
            TextEncoder = model.TextEncoder,
            Settings = trainer.Settings.Describe(),
            Validation = Scorer.Measure(
                trainer.Engine, validation, forecasts, [.. model.DecisionWeights], plan.BootstrapResamples, plan.Seed),
        };
        if (!plan.Scheme.IsDiscovered)
        {
            return new TrainedBundle(model.ToFiles(card), card);
        }

        var (discovered, found) = SegmentDiscovery.Run(model, data.Validation.Examples, plan.Scheme, plan.Seed, progress, cancellationToken);
        using (discovered)
        {
            card = card with { Labels = discovered.Scheme.Labels, DroppedLabels = new Dictionary<string, int>(), Discovery = found };
            return new TrainedBundle(discovered.ToFiles(card), card);
        }
    }
}

/// <summary>A trained model's bundle, not yet written.</summary>
/// <param name="Files">Content by file name, for <see cref="BundleFolder.Write"/>.</param>
/// <param name="Card">What it was trained on and what it is worth; also among the files.</param>
public sealed record TrainedBundle(IReadOnlyDictionary<string, byte[]> Files, ModelCard Card);
