using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Microsoft.ML;
using Microsoft.ML.Calibrators;
using Microsoft.ML.Data;
using Microsoft.ML.Trainers;
using Microsoft.ML.Trainers.LightGbm;
using OrleansSeg.Model.Features;
using OrleansSeg.Model.Segments;
using OrleansSeg.Model.Training;
using OrleansSeg.Model.Tuning;
using OrleansSeg.Model.Tuning.Samplers;

namespace OrleansSeg.Model.Evaluation.Baselines;

/// <summary>Gradient boosted trees on the aggregates, tuned: what the trees are like is searched by log loss on validation, once recalibrated; it also stops the boosting.</summary>
/// <remarks>
/// LightGBM where the host has <c>libgomp.so.1</c>, which its native library needs; FastTree, which is managed code, elsewhere. Trials come
/// in waves of four, each proposed from the waves before, so that the search is the same however many processors there are.
/// </remarks>
public sealed class LightGbmBaseline : IForecasterTrainer
{
    private const int TrialCount = 12;
    private const int WaveSize = 4;
    private const int RoundsMax = 600;
    private const int StopAfterRounds = 30;

    // Leaves and pace bound what a trial costs: 600 rounds of 64 leaves.
    private static readonly SearchSpace Space = new(
        SearchParameter.Whole("leaves", 4, 64, 15, logarithmic: true),
        SearchParameter.Number("rate", 0.03, 0.15, 0.05, logarithmic: true),
        SearchParameter.Whole("leafExamplesMin", 20, 500, 100, logarithmic: true),
        SearchParameter.Number("featureShare", 0.4, 1, 0.7),
        SearchParameter.Number("exampleShare", 0.5, 1, 0.8),
        SearchParameter.Number("l2", 0.1, 30, 1, logarithmic: true));

    // Known to do well on shops of several sizes, so that a search never begins with nothing.
    private static readonly ImmutableArray<double>[] First =
        [[7, 0.08, 100, 0.7, 0.8, 1], [15, 0.05, 100, 0.7, 0.8, 1], [31, 0.05, 200, 0.7, 0.8, 1], [15, 0.08, 400, 0.7, 0.8, 1]];

    private readonly bool _native;
    private readonly int _trialCount;

    /// <summary>Makes the baseline with the engine that this host can run.</summary>
    public LightGbmBaseline()
        : this(Fallback is null, TrialCount)
    {
    }

    /// <summary>Makes the baseline with a chosen engine and fewer trials.</summary>
    internal LightGbmBaseline(bool native, int trialCount) => (_native, _trialCount) = (native, trialCount);

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
    public ITunedForecaster Fit(
        ExampleSet train, ExampleSet validation, int seed, IProgress<TrainingProgress>? progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(train);
        ArgumentNullException.ThrowIfNull(validation);
        var context = new MLContext(seed);
        var rows = TreeRow.View(context, train, _native);
        var held = TreeRow.View(context, validation, _native);

        // Each fit has one thread and the trials of a wave run side by side: the same on every machine, and no thread waits for another. Each
        // has a context of its own too, since whoever asks a context first gets its first random numbers.
        var (sampler, trials) = (new TpeSampler(Space, seed, drawnFirst: First.Length), new List<SampledTrial>());
        Recalibrated? best = null;
        while (trials.Count < _trialCount)
        {
            var wave = Propose(sampler, trials);
            var candidates = new Recalibrated[wave.Length];
            var options = new ParallelOptions { CancellationToken = cancellationToken, MaxDegreeOfParallelism = Environment.ProcessorCount };
            Parallel.For(0, wave.Length, options, trial => candidates[trial] = new Recalibrated(
                new Fitted(context, FitTrial(new MLContext(seed), rows, held, wave[trial], RoundsMax, seed), train.Scheme, _native, Again(wave[trial])), train, validation));
            foreach (var (point, candidate) in wave.Zip(candidates))
            {
                trials.Add(new SampledTrial(point, candidate.ValidationLoss));
                progress?.Report(new TrainingProgress(Name, trials.Count, _trialCount, double.NaN, candidate.ValidationLoss));
                best = best is null || candidate.ValidationLoss < best.ValidationLoss ? candidate : best;
            }
        }

        return best!;
    }

    private ImmutableArray<double>[] Propose(TpeSampler sampler, List<SampledTrial> trials)
    {
        if (trials.Count == 0)
        {
            return First[..Math.Min(First.Length, _trialCount)];
        }

        var known = new List<SampledTrial>(trials);
        while (known.Count < Math.Min(trials.Count + WaveSize, _trialCount))
        {
            known.Add(new SampledTrial(sampler.Propose(known.Count, known), Loss: null));
        }

        return [.. known.Skip(trials.Count).Select(trial => trial.Point)];
    }

    private Refitter Again(ImmutableArray<double> point) => (matured, rounds, seed) =>
    {
        var context = new MLContext(seed);
        return new Fitted(context, FitTrial(new MLContext(seed), TreeRow.View(context, matured, _native), null, point, rounds, seed), matured.Scheme, _native, null);
    };

    // Where nothing is held out, the boosting goes on for all its rounds.
    private ITransformer FitTrial(MLContext context, IDataView rows, IDataView? held, ImmutableArray<double> point, int rounds, int seed)
    {
        var (leaves, leafExamplesMin, rate) = ((int)Space.Value(point, "leaves"), (int)Space.Value(point, "leafExamplesMin"), Space.Value(point, "rate"));
        if (!_native)
        {
            var tree = context.BinaryClassification.Trainers.FastTree(
                numberOfLeaves: leaves, numberOfTrees: 120, minimumExampleCountPerLeaf: leafExamplesMin, learningRate: rate);
            return context.MulticlassClassification.Trainers.OneVersusAll(tree).Fit(rows);
        }

        var trainer = context.MulticlassClassification.Trainers.LightGbm(new LightGbmMulticlassTrainer.Options
        {
            NumberOfLeaves = leaves,
            MinimumExampleCountPerLeaf = leafExamplesMin,
            LearningRate = rate,
            NumberOfIterations = rounds,
            EarlyStoppingRound = held is null ? 0 : StopAfterRounds,
            EvaluationMetric = LightGbmMulticlassTrainer.Options.EvaluateMetricType.LogLoss,
            HandleMissingValue = true,
            UseSoftmax = true,
            NumberOfThreads = 1,
            Deterministic = true,
            Seed = seed,
            Booster = new GradientBooster.Options
            {
                FeatureFraction = Space.Value(point, "featureShare"),
                SubsampleFraction = Space.Value(point, "exampleShare"),
                SubsampleFrequency = 1,
                L2Regularization = Space.Value(point, "l2"),
            },
        });
        return held is null ? trainer.Fit(rows) : trainer.Fit(rows, held);
    }

    /// <summary>Fits a trial's trees again, for so many rounds.</summary>
    private delegate Fitted Refitter(ExampleSet matured, int rounds, int seed);

    private sealed class Fitted(MLContext context, ITransformer trees, SegmentScheme scheme, bool native, Refitter? again) : ITunedForecaster
    {
        public IForecaster Refit(ExampleSet matured, int seed, IProgress<TrainingProgress>? progress, CancellationToken cancellationToken) =>
            again!(matured, RoundCount(), seed);

        // One tree for each label and round; early stopping left those of the best.
        private int RoundCount() => trees is MulticlassPredictionTransformer<OneVersusAllModelParameters> { Model: var model }
            ? LabelsOf(model).OfType<CalibratedModelParametersBase<LightGbmBinaryModelParameters, PlattCalibrator>>()
                .Select(label => label.SubModel.TrainedTreeEnsemble.Trees.Count).DefaultIfEmpty(RoundsMax).Max()
            : RoundsMax;

        // ML.NET tells nobody how many rounds it kept.
        [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "get_SubModelParameters")]
        private static extern ImmutableArray<object> LabelsOf(OneVersusAllModelParameters model);

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
