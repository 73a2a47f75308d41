using OrleansSeg.Model.Bundles;
using OrleansSeg.Model.Evaluation;

namespace OrleansSeg.Model.Tests.Training;

internal static class Cards
{
    /// <summary>A card that says nothing in particular.</summary>
    public static ModelCard Any { get; } = new()
    {
        Data = new DataSummary("0", 1, 1, SmallShop.Start, SmallShop.Start, null),
        HorizonDays = 60,
        Labels = [],
        DroppedLabels = new Dictionary<string, int>(),
        TrainingCutoffs = [],
        ValidationCutoff = SmallShop.Start,
        TrainingExamples = 0,
        ValidationExamples = 0,
        Seed = 1,
        Parameters = 0,
        Validation = new Scores("x", 0, 0, 0, 0, null, 0, new Dictionary<string, ClassMetrics>(), [], new Dictionary<string, double[]>()),
    };
}
