using System.Text.Json.Serialization;
using OrleansSeg.Model.Evaluation;

namespace OrleansSeg.Model.Bundles;

/// <summary>Where a model comes from and what it is worth; the bundle's <c>card.json</c>. No clock in it: the same data and seed give the same card.</summary>
public sealed record ModelCard
{
    /// <summary>What was trained on.</summary>
    public required DataSummary Data { get; init; }

    /// <summary>How far after a cutoff labels look, in days.</summary>
    public required double HorizonDays { get; init; }

    /// <summary>Segments the model tells apart.</summary>
    public required IReadOnlyList<string> Labels { get; init; }

    /// <summary>Labels of the scheme left out because training hardly shows them, with the training examples that had them.</summary>
    public required IReadOnlyDictionary<string, int> DroppedLabels { get; init; }

    /// <summary>Cutoffs whose examples were fitted, ascending.</summary>
    public required IReadOnlyList<DateTimeOffset> TrainingCutoffs { get; init; }

    /// <summary>The later cutoff that stopped and calibrated training.</summary>
    public required DateTimeOffset ValidationCutoff { get; init; }

    /// <summary>Examples fitted.</summary>
    public required int TrainingExamples { get; init; }

    /// <summary>Examples validated.</summary>
    public required int ValidationExamples { get; init; }

    /// <summary>Seed of everything random.</summary>
    public required int Seed { get; init; }

    /// <summary>Numbers that were learned.</summary>
    public required long Parameters { get; init; }

    /// <summary>Scores on validation, which chose the epoch, the temperature and the decision weights: flattering, not a test.</summary>
    public required Scores Validation { get; init; }

    /// <summary>The federated run it came from; null for a training on one machine.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ModelLineage? Lineage { get; init; }
}

/// <summary>How a federated model came about. It names no customer.</summary>
/// <param name="Run">The run's id.</param>
/// <param name="Strategy">How updates were aggregated.</param>
/// <param name="Rounds">Rounds aggregated.</param>
/// <param name="Base">Hash of the bundle it started from.</param>
/// <param name="Watermarks">By site: nothing first stored after it was read.</param>
/// <param name="Thresholds">By site: future spend at or above which its spenders are of high value.</param>
public sealed record ModelLineage(
    string Run,
    string Strategy,
    int Rounds,
    string Base,
    IReadOnlyDictionary<string, DateTimeOffset> Watermarks,
    IReadOnlyDictionary<string, decimal> Thresholds);

/// <summary>Which data a model has seen.</summary>
/// <param name="Fingerprint">Hash over customers and their events, in any order: the same data, the same fingerprint.</param>
/// <param name="Customers">Customers read.</param>
/// <param name="Events">Events read.</param>
/// <param name="FirstEvent">Time of the earliest event, UTC.</param>
/// <param name="LastEvent">Time of the latest event, UTC.</param>
/// <param name="Watermark">Nothing first stored after it was read: the model's lineage. Null when no event says when it was stored.</param>
public sealed record DataSummary(
    string Fingerprint, long Customers, long Events, DateTimeOffset FirstEvent, DateTimeOffset LastEvent, DateTimeOffset? Watermark);
