using OrleansSeg.Model.Federation;
using OrleansSeg.Model.Federation.Training;
using OrleansSeg.Model.Features;
using OrleansSeg.Model.Inference;
using OrleansSeg.Model.Sequences;
using OrleansSeg.Model.Tests.Training;
using OrleansSeg.Model.Training;

namespace OrleansSeg.Model.Tests.Federation.Training;

/// <summary>The small shop as one trainer's examples, a base to start from, and a round to run.</summary>
internal static class SmallRun
{
    public static readonly NetworkConfig Shape = new() { Hidden = 16, FusionWidth = 24, CategoryBuckets = 16, AttributeBuckets = 16 };

    public static readonly LocalExamples Examples = new(SmallShopData.Data.Training, SmallShopData.Data.Validation);

    /// <summary>A base of new weights; never disposed.</summary>
    public static readonly SegmentModel Base = CreateBase(Shape);

    public static SegmentModel CreateBase(NetworkConfig shape, int seed = 1) => GlobalModel.Start(
        SmallShopData.Data.Scheme,
        FeatureNormalizer.Fit([.. Examples.Training.Examples.Select(example => example.Input.Aggregates)]),
        seed,
        shape: shape);

    public static LocalTraining Trainer(SharedScope? scope = null, LocalExamples? examples = null, SegmentModel? baseModel = null) =>
        new(baseModel ?? Base, examples ?? Examples, scope ?? SharedScope.Everything);

    public static LocalRound Round(LocalTraining trainer, SegmentModel? baseModel = null) => new()
    {
        Trainer = "shop-0",
        RunSeed = 7,
        Round = 1,
        Rounds = 1,
        Weights = trainer.Shared.Read(GlobalModel.WeightsOf(baseModel ?? Base)),
        Options = new LocalOptions { Network = new NetworkTrainingOptions { AveragingDecay = 0, BatchSize = 64 } },
    };

    public static double Norm(IEnumerable<float> values) => Math.Sqrt(values.Sum(value => (double)value * value));
}
