using System.Text.Json.Serialization;
using OrleansSeg.Model.Bundles;

namespace OrleansSeg.Model.Evaluation;

/// <summary>An honest evaluation at one cutoff: our model and every baseline on the same split. Serializes to <c>evaluate --json</c>.</summary>
public sealed record EvaluationReport
{
    /// <summary>The test cutoff: nothing after it was fitted or tuned on.</summary>
    public required DateTimeOffset Cutoff { get; init; }

    /// <summary>How far after the cutoff labels look, in days.</summary>
    public required double HorizonDays { get; init; }

    /// <summary>The scheme, as <c>--scheme</c> names it.</summary>
    public string Scheme { get; init; } = Segments.SegmentScheme.PredictiveName;

    /// <summary>The scheme's segments, in the order of every confusion matrix.</summary>
    public required IReadOnlyList<string> Labels { get; init; }

    /// <summary>Customers tested: those with a label.</summary>
    public required int TestCustomers { get; init; }

    /// <summary>Our model.</summary>
    public required Scores Model { get; init; }

    /// <summary>Baselines by name: majority, rfm, logistic, lightgbm, gru.</summary>
    public required IReadOnlyDictionary<string, Scores> Baselines { get; init; }

    /// <summary>Churn and spend of our model, of every baseline, and of what tells nothing else: bgnbd, and bgnbd_calibrated, which is corrected on validation.</summary>
    public IReadOnlyDictionary<string, ValueScores> Value { get; init; } = new Dictionary<string, ValueScores>();

    /// <summary>What was read.</summary>
    public required DataSummary Data { get; init; }

    /// <summary>Seed of everything random.</summary>
    public required int Seed { get; init; }

    /// <summary>Cutoffs whose examples were fitted, ascending.</summary>
    public required IReadOnlyList<DateTimeOffset> TrainingCutoffs { get; init; }

    /// <summary>The cutoff that stopped, tuned and calibrated.</summary>
    public required DateTimeOffset ValidationCutoff { get; init; }

    /// <summary>Examples fitted.</summary>
    public required int TrainingExamples { get; init; }

    /// <summary>Examples validated.</summary>
    public required int ValidationExamples { get; init; }

    /// <summary>Examples that each contender was fitted on again once it was tuned; null where none was.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? RefittedExamples { get; init; }

    /// <summary>Future spend at or above which a spender is of high value, from training; 0 in schemes that ask no such thing.</summary>
    public required decimal HighValueThreshold { get; init; }

    /// <summary>Labels left out of the scheme because training hardly shows them, with the training examples that had them.</summary>
    public required IReadOnlyDictionary<string, int> DroppedLabels { get; init; }

    /// <summary>Validation and test examples whose label is not in the scheme, or who have none of the shop's own.</summary>
    public required int LeftOut { get; init; }

    /// <summary>Decision weights fitted on validation, by candidate, in the order of the labels.</summary>
    public required IReadOnlyDictionary<string, double[]> DecisionWeights { get; init; }

    /// <summary>Seconds that reading, each fit and the measuring took.</summary>
    public required IReadOnlyDictionary<string, double> Seconds { get; init; }

    /// <summary>Numbers that our model learned.</summary>
    public required long Parameters { get; init; }

    /// <summary>What a reader should know besides, one line each.</summary>
    public required IReadOnlyList<string> Notes { get; init; }
}
