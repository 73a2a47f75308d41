using System.Collections.Immutable;

namespace OrleansSeg.Model.Federation.Privacy;

/// <summary>What a run told of its data outside the accounted steps, and so outside ε and δ. Stored with the run.</summary>
/// <param name="Releases">In the order of their telling.</param>
public sealed record ReleaseLedger(ImmutableArray<UnaccountedRelease> Releases)
{
    /// <summary>Nothing told.</summary>
    public static ReleaseLedger Empty { get; } = new([]);

    /// <summary>The ledger with one release more; one that is in it already is not repeated, so a step done again adds nothing.</summary>
    public ReleaseLedger Add(UnaccountedRelease release)
    {
        ArgumentNullException.ThrowIfNull(release);
        return Releases.Contains(release) ? this : new([.. Releases, release]);
    }
}

/// <summary>One thing told outside the accounted steps.</summary>
/// <param name="What">What it is, such as <see cref="LabelThresholds"/>.</param>
/// <param name="Contents">The numbers in it, in words: which, how many, how coarse.</param>
/// <param name="SeenBy">Who saw it: the coordinator, other trainers, readers of the report, users of the model.</param>
/// <param name="Round">The round; null for the run as a whole.</param>
public sealed record UnaccountedRelease(string What, string Contents, string SeenBy, int? Round = null)
{
    /// <summary>Histograms of spend, and the label thresholds fitted on their sum.</summary>
    public const string LabelThresholds = "label thresholds";

    /// <summary>Sums of fixed-bin histograms of features, and the normalisation fitted on them.</summary>
    public const string Normalisation = "normalisation statistics";

    /// <summary>Metrics of challenger and champion on the holdout, by site.</summary>
    public const string GateMetrics = "promotion gate metrics";

    /// <summary>Examples or customers a trainer trained on.</summary>
    public const string ExampleCounts = "example counts";

    /// <summary>Losses that a trainer reports while it trains.</summary>
    public const string TrainingLosses = "training losses";

    /// <summary>Who reported when: a site without new customers may be told by its silence.</summary>
    public const string Participation = "participation and times";
}
