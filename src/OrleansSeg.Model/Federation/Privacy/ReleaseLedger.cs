using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace OrleansSeg.Model.Federation.Privacy;

/// <summary>What a run told of its data outside the accounted steps, and so outside ε and δ. Stored with the run.</summary>
/// <param name="Releases">In the order of their telling.</param>
public sealed record ReleaseLedger(ImmutableArray<UnaccountedRelease> Releases)
{
    /// <summary>Nothing told.</summary>
    public static ReleaseLedger Empty { get; } = new([]);

    /// <summary>
    /// The ledger with one release more; one that is in it already is not repeated, so a step done again adds nothing. What is told round
    /// after round is one entry.
    /// </summary>
    public ReleaseLedger Add(UnaccountedRelease release)
    {
        ArgumentNullException.ThrowIfNull(release);
        for (var at = 0; at < Releases.Length; at++)
        {
            var known = Releases[at];
            if (known with { Round = release.Round, LastRound = release.LastRound } == release)
            {
                return new(Releases.SetItem(at, known with { LastRound = Later(known.LastRound ?? known.Round, release.LastRound ?? release.Round, known.Round) }));
            }
        }

        return new([.. Releases, release]);
    }

    /// <summary>Null where there is no round after the first.</summary>
    private static int? Later(int? one, int? other, int? first) =>
        Math.Max(one ?? 0, other ?? 0) is var last && last > (first ?? 0) ? last : null;
}

/// <summary>One thing told outside the accounted steps.</summary>
/// <param name="What">What it is, such as <see cref="LabelThresholds"/>.</param>
/// <param name="Contents">The numbers in it, in words: which, how many, how coarse.</param>
/// <param name="SeenBy">Who saw it: the coordinator, other trainers, readers of the report, users of the model.</param>
/// <param name="Round">The round, or the first of several; null for the run as a whole.</param>
/// <param name="LastRound">The last of several rounds; null for one.</param>
public sealed record UnaccountedRelease(
    string What,
    string Contents,
    string SeenBy,
    int? Round = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] int? LastRound = null)
{
    /// <summary>How many customers and events there are, and of which days.</summary>
    public const string DataSpan = "data span";

    /// <summary>How customers and outcomes have moved since the model in service was made.</summary>
    public const string Drift = "drift counts";

    /// <summary>Histograms of spend, and the label thresholds fitted on their sum.</summary>
    public const string LabelThresholds = "label thresholds";

    /// <summary>Sums of fixed-bin histograms of features, and the normalisation fitted on them.</summary>
    public const string Normalisation = "normalisation statistics";

    /// <summary>The model that training began with, and so everything that was told to make it.</summary>
    public const string StartingWeights = "starting weights";

    /// <summary>What trainers learned, without the noise that is accounted for.</summary>
    public const string Updates = "updates without noise";

    /// <summary>How global weights do on trainers' validation examples; the best round is chosen by it.</summary>
    public const string ValidationScores = "validation scores";

    /// <summary>Counts by label and rule, from which baselines are made.</summary>
    public const string BaselineCounts = "baseline counts";

    /// <summary>Sums over validation examples that calibrate the model.</summary>
    public const string CalibrationSums = "calibration sums";

    /// <summary>Metrics of challenger and champion on the holdout, by site.</summary>
    public const string GateMetrics = "promotion gate metrics";

    /// <summary>Examples or customers a trainer trained on.</summary>
    public const string ExampleCounts = "example counts";

    /// <summary>Losses that a trainer reports while it trains.</summary>
    public const string TrainingLosses = "training losses";

    /// <summary>Who reported when: a site without new customers may be told by its silence.</summary>
    public const string Participation = "participation and times";
}
