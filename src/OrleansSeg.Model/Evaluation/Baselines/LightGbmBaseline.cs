using System.Runtime.InteropServices;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Trainers.LightGbm;
using OrleansSeg.Model.Features;
using OrleansSeg.Model.Segments;
using OrleansSeg.Model.Training;

namespace OrleansSeg.Model.Evaluation.Baselines;

/// <summary>Gradient boosted trees on the aggregates; leaves and pace are chosen by log loss on validation, once recalibrated; it also stops the boosting.</summary>
/// <remarks>LightGBM where the host has <c>libgomp.so.1</c>, which its native library needs; FastTree, which is managed code, elsewhere.</remarks>
public sealed class LightGbmBaseline : IForecasterTrainer
{
    private const int RoundsMax = 600;
    private const int StopAfterRounds = 30;

    private static readonly (int Leaves, int LeafExamplesMin, double Rate)[] Trials =
        [(7, 100, 0.08), (15, 100, 0.05), (31, 200, 0.05), (15, 400, 0.08)];

    private readonly bool _native;
    private readonly (int Leaves, int LeafExamplesMin, double Rate)[] _trials;

    /// <summary>Makes the baseline with the engine that this host can run.</summary>
    public LightGbmBaseline()
        : this(Fallback is null, Trials.Length)
    {
    }

    /// <summary>Makes the baseline with a chosen engine and fewer trials.</summary>
    internal LightGbmBaseline(bool native, int trialCount) => (_native, _trials) = (native, Trials[..trialCount]);

    /// <summary>Why this host cannot run LightGBM, in one line; null when it can.</summary>
    public static string? Fallback { get; } =
        !OperatingSystem.IsLinux() || NativeLibrary.TryLoad("libgomp.so.1", out _)
            ? null
            : "libgomp.so.1 is not on this host (Debian: apt install libgomp1): gradient boosting is FastTree's, one segment against the rest.";

    /// <inheritdoc />
    public string Name => "lightgbm";

    /// <inheritdoc />
    public string Engine => _native ? "LightGBM" : "FastTree";

    /// <inheritdoc />
    public IForecaster Fit(
        ExampleSet train, ExampleSet validation, int seed, IProgress<TrainingProgress>? progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(train);
        ArgumentNullException.ThrowIfNull(validation);
        var context = new MLContext(seed);
        var rows = TreeRow.View(context, train, _native);
        var held = TreeRow.View(context, validation, _native);

        // Each fit has one thread and the trials run side by side: the same on every machine, and no thread waits for another.
        var done = 0;
        var candidates = new Recalibrated[_trials.Length];
        Parallel.For(0, _trials.Length, new ParallelOptions { CancellationToken = cancellationToken, MaxDegreeOfParallelism = Environment.ProcessorCount }, trial =>
        {
            var trees = FitTrial(context, rows, held, _trials[trial], seed);
            candidates[trial] = new Recalibrated(new Fitted(context, trees, train.Scheme, _native), train, validation);
            progress?.Report(new TrainingProgress(Name, Interlocked.Increment(ref done), _trials.Length, double.NaN, candidates[trial].ValidationLoss));
        });
        return candidates.MinBy(candidate => candidate.ValidationLoss)!;
    }

    private ITransformer FitTrial(
        MLContext context, IDataView rows, IDataView held, (int Leaves, int LeafExamplesMin, double Rate) trial, int seed)
    {
        if (!_native)
        {
            var tree = context.BinaryClassification.Trainers.FastTree(
                numberOfLeaves: trial.Leaves, numberOfTrees: 120, minimumExampleCountPerLeaf: trial.LeafExamplesMin, learningRate: trial.Rate);
            return context.MulticlassClassification.Trainers.OneVersusAll(tree).Fit(rows);
        }

        return context.MulticlassClassification.Trainers.LightGbm(new LightGbmMulticlassTrainer.Options
        {
            NumberOfLeaves = trial.Leaves,
            MinimumExampleCountPerLeaf = trial.LeafExamplesMin,
            LearningRate = trial.Rate,
            NumberOfIterations = RoundsMax,
            EarlyStoppingRound = StopAfterRounds,
            EvaluationMetric = LightGbmMulticlassTrainer.Options.EvaluateMetricType.LogLoss,
            HandleMissingValue = true,
            UseSoftmax = true,
            NumberOfThreads = 1,
            Deterministic = true,
            Seed = seed,
            Booster = new GradientBooster.Options { FeatureFraction = 0.7, SubsampleFraction = 0.8, SubsampleFrequency = 1, L2Regularization = 1 },
        }).Fit(rows, held);
    }

    private sealed class Fitted(MLContext context, ITransformer trees, SegmentScheme scheme, bool native) : IForecaster
    {
        public IReadOnlyList<Forecast> Forecast(IReadOnlyList<CustomerInput> inputs)
        {
            var forecasts = new List<Forecast>(inputs.Count);
            foreach (var scores in trees.Transform(TreeRow.View(context, scheme, inputs, native)).GetColumn<float[]>("Score"))
            {
                var sum = scores.Sum();
                forecasts.Add(new Forecast(Array.ConvertAll(scores, score => score / sum), 0, 0));
            }

            return forecasts;
        }

        public void Dispose()
        {
        }
    }
}
