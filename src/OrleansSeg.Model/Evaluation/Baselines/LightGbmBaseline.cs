using System.Runtime.InteropServices;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Trainers.LightGbm;
using OrleansSeg.Model.Features;
using OrleansSeg.Model.Segments;
using OrleansSeg.Model.Training;

namespace OrleansSeg.Model.Evaluation.Baselines;

/// <summary>Gradient boosted trees on the aggregates; leaves and pace are chosen by log loss on validation, which also stops the boosting.</summary>
/// <remarks>LightGBM where the host has <c>libgomp.so.1</c>, which its native library needs; FastTree, which is managed code, elsewhere.</remarks>
public sealed class LightGbmBaseline : IForecasterTrainer
{
    private const int RoundsMax = 600;
    private const int StopAfterRounds = 30;
    private const double ProbabilityMin = 1e-7;

    private static readonly (int Leaves, int LeafExamplesMin, double Rate)[] Trials =
        [(7, 100, 0.08), (15, 100, 0.05), (31, 200, 0.05), (15, 400, 0.08)];

    private readonly bool _native;

    /// <summary>Makes the baseline with the engine that this host can run.</summary>
    public LightGbmBaseline()
        : this(Fallback is null)
    {
    }

    /// <summary>Makes the baseline with a chosen engine.</summary>
    internal LightGbmBaseline(bool native) => _native = native;

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
        var rows = TreeRow.View(context, train);
        var held = TreeRow.View(context, validation);
        Fitted? best = null;
        var bestLoss = double.PositiveInfinity;
        for (var trial = 0; trial < Trials.Length; trial++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var candidate = new Fitted(context, FitTrial(context, rows, held, Trials[trial], seed), train.Scheme, SpendByLabel.Of(train));
            var loss = candidate.Probabilities(held).Zip(validation.Examples)
                .Average(pair => -Math.Log(Math.Max(pair.First[pair.Second.Label], ProbabilityMin)));
            progress?.Report(new TrainingProgress(Name, trial + 1, Trials.Length, double.NaN, loss));
            if (loss < bestLoss)
            {
                (best, bestLoss) = (candidate, loss);
            }
        }

        return best!;
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

    private sealed class Fitted(MLContext context, ITransformer trees, SegmentScheme scheme, float[] spends) : IForecaster
    {
        public IReadOnlyList<Forecast> Forecast(IReadOnlyList<CustomerInput> inputs) =>
            [.. Probabilities(TreeRow.View(context, scheme, inputs)).Select(probabilities => new Forecast(
                probabilities, LabelFrequencies.Churn(scheme, probabilities), SpendByLabel.Expect(probabilities, spends)))];

        public IEnumerable<float[]> Probabilities(IDataView rows)
        {
            foreach (var row in trees.Transform(rows).GetColumn<float[]>("Score"))
            {
                var sum = row.Sum();
                yield return Array.ConvertAll(row, score => score / sum);
            }
        }

        public void Dispose()
        {
        }
    }
}
