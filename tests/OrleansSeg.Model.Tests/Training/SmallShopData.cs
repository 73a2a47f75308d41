using OrleansSeg.Model.Inference;
using OrleansSeg.Model.Sequences;
using OrleansSeg.Model.Training;

namespace OrleansSeg.Model.Tests.Training;

/// <summary>The small shop read and labelled, and a model trained on it, made once for all tests that only look at them.</summary>
internal static class SmallShopData
{
    private static readonly Lazy<LabelledData> Read = new(() =>
        ExampleReader.ReadForEvaluationAsync(SmallShop.Source(SmallShop.Histories()), Cutoff, SmallShop.Plan, null, default).GetAwaiter().GetResult());

    private static readonly Lazy<SegmentModel> Trained = new(() => Trainer(epochs: 3).Fit(Data.Training, Data.Validation, 1, null, default));

    public static DateTimeOffset Cutoff { get; } = SmallShop.Start.AddDays(330);

    public static LabelledData Data => Read.Value;

    /// <summary>A model to look at; never disposed.</summary>
    public static SegmentModel Model => Trained.Value;

    /// <summary>Our trainer at a size that trains in a second.</summary>
    public static ModelTrainer Trainer(int epochs) => Trainer(epochs, SequenceEncoderKind.Gru);

    /// <summary>The same with other members.</summary>
    public static ModelTrainer Trainer(int epochs, params SequenceEncoderKind[] encoders) =>
        new(new() { Encoders = [.. encoders], Hidden = 16, FusionWidth = 24, TextWidth = 8, AttentionLayers = 1 }, new() { EpochsMax = epochs, BatchSize = 64 });
}
