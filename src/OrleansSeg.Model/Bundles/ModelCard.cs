using System.Text.Json.Serialization;
using OrleansSeg.Model.Evaluation;
using OrleansSeg.Model.Federation.Privacy;
using OrleansSeg.Model.Segments.Discovery;
using OrleansSeg.Model.Sequences;

namespace OrleansSeg.Model.Bundles;

/// <summary>Where a model comes from and what it is worth; the bundle's <c>card.json</c>. No clock in it: the same data and seed give the same card.</summary>
public sealed record ModelCard
{
    /// <summary>What was trained on.</summary>
    public required DataSummary Data { get; init; }

    /// <summary>How far after a cutoff labels look, in days.</summary>
    public required double HorizonDays { get; init; }

    /// <summary>The scheme, as <c>--scheme</c> names it; null for the predictive one.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Scheme { get; init; }

    /// <summary>How its segments were found, and what they are; null where they were given. <see cref="Validation"/> is then of the predictive model whose view of customers they are.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DiscoveryReport? Discovery { get; init; }

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

    /// <summary>Examples fitted once validation had tuned, by the whole network or by its members of steps alone, up to the validation cutoff's own; null for none. <see cref="Validation"/> is of the model before.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? RefittedExamples { get; init; }

    /// <summary>How much each member of the network counts, as fitted on validation; null for a network of one, after federated runs, and in older bundles.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<MemberShare>? Members { get; init; }

    /// <summary>Seed of everything random.</summary>
    public required int Seed { get; init; }

    /// <summary>Numbers that were learned.</summary>
    public required long Parameters { get; init; }

    /// <summary>Scores on validation, which chose the epoch, the temperature and the decision weights: flattering, not a test.</summary>
    public required Scores Validation { get; init; }

    /// <summary>Hash of the text encoder's bundle that it reads texts with; null for none beside its own.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? TextEncoder { get; init; }

    /// <summary>What was set about the network and its training, by short name; null where that was not kept.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyDictionary<string, string>? Settings { get; init; }

    /// <summary>The federated run it came from; null for a training on one machine.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ModelLineage? Lineage { get; init; }

    /// <summary>What a federated run told of its customers to make it; null for a training on one machine.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ModelPrivacy? Privacy { get; init; }
}

/// <summary>How much a member of a network counts.</summary>
/// <param name="Encoder">What reads the steps in it.</param>
/// <param name="Share">0 to 1; the shares of a network sum to 1.</param>
public sealed record MemberShare(SequenceEncoderKind Encoder, double Share);

/// <summary>What a run told to make a model, with noise and without.</summary>
/// <param name="Unit">Whose presence the noise hides.</param>
/// <param name="Epsilon">ε of the run's noised steps; null without noise.</param>
/// <param name="TotalEpsilon">ε of these and of the noised steps of earlier runs of the federation; null without noise.</param>
/// <param name="Delta">δ of both; null without noise.</param>
/// <param name="NoiseMultiplier">Standard deviation of the noise over the norm to which a unit's part is clipped.</param>
/// <param name="Steps">Noised steps that are counted.</param>
/// <param name="SamplingRate">The chance with which a step draws a unit.</param>
/// <param name="RunsWithoutNoise">Earlier runs of the federation that trained without noise for this unit: what they told is in no ε.</param>
/// <param name="Releases">What the run told outside the noised steps.</param>
public sealed record ModelPrivacy(
    PrivacyUnit Unit,
    double? Epsilon,
    double? TotalEpsilon,
    double? Delta,
    double NoiseMultiplier,
    long Steps,
    double SamplingRate,
    int RunsWithoutNoise,
    IReadOnlyList<UnaccountedRelease> Releases);

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
    IReadOnlyDictionary<string, decimal> Thresholds)
{
    /// <summary>By site: the registered version's bundle that training went on from; null where it began anew.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyDictionary<string, string>? Parents { get; init; }
}

/// <summary>Which data a model has seen.</summary>
/// <param name="Fingerprint">Hash over customers and their events, in any order: the same data, the same fingerprint.</param>
/// <param name="Customers">Customers read.</param>
/// <param name="Events">Events read.</param>
/// <param name="FirstEvent">Time of the earliest event, UTC.</param>
/// <param name="LastEvent">Time of the latest event, UTC.</param>
/// <param name="Watermark">Nothing first stored after it was read: the model's lineage. Null when no event says when it was stored.</param>
public sealed record DataSummary(
    string Fingerprint, long Customers, long Events, DateTimeOffset FirstEvent, DateTimeOffset LastEvent, DateTimeOffset? Watermark);
