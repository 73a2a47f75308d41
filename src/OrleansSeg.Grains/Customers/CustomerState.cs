using OrleansSeg.Customers.History;
using OrleansSeg.Model.Features;
using OrleansSeg.Models;
using OrleansSeg.Segments;

namespace OrleansSeg.Customers;

/// <summary>A customer's main record: the hot page, what is known of the sealed ones, profile and assignment. Immutable.</summary>
[GenerateSerializer, Immutable, Alias("seg.customer-state")]
internal sealed record CustomerState
{
    /// <summary>How often the customer was erased: pages, scores and index entries of another epoch do not count.</summary>
    [Id(0)] public int Epoch { get; init; }

    /// <summary>When the customer was last erased: events dated before are refused.</summary>
    [Id(1)] public DateTimeOffset? ErasedAt { get; init; }

    /// <summary>Whether the partition has registered the customer; true before the first event is acknowledged.</summary>
    [Id(2)] public bool Registered { get; init; }

    /// <summary>The hot page, as <see cref="EventBlock.Data"/>.</summary>
    [Id(3)] public byte[] Hot { get; init; } = [];

    /// <summary>Number of the next page to seal.</summary>
    [Id(4)] public int NextPage { get; init; }

    /// <summary>The latest sealed pages.</summary>
    [Id(5)] public PageEntry[] Pages { get; init; } = [];

    /// <summary>Runs of earlier sealed pages.</summary>
    [Id(6)] public DirectoryEntry[] Directories { get; init; } = [];

    /// <summary>Number of the next directory record.</summary>
    [Id(7)] public int NextDirectory { get; init; }

    /// <summary>Facts over the whole lifetime, as <see cref="LifetimeAggregates.ToBytes"/>; empty for none.</summary>
    [Id(8)] public byte[] Aggregates { get; init; } = [];

    /// <summary>Profile attributes, names in ordinal order.</summary>
    [Id(9)] public ProfileAttribute[] Attributes { get; init; } = [];

    /// <summary>Consent to profiling; null takes the default.</summary>
    [Id(10)] public bool? ProfilingConsent { get; init; }

    /// <summary>Consent to training; null takes the default.</summary>
    [Id(11)] public bool? TrainingConsent { get; init; }

    /// <summary>Rises with every change that a model could see; the assignment says which one it reflects.</summary>
    [Id(12)] public long Revision { get; init; }

    /// <summary>Whether everything not scored yet came from imports, so that scoring may wait in the back-fill lane.</summary>
    [Id(13)] public bool OnlyImportedSince { get; init; }

    /// <summary>The current assignment; null before the first scoring.</summary>
    [Id(14)] public StoredAssignment? Assignment { get; init; }

    /// <summary>Rises with every change of the assignment: the partition's index takes the highest.</summary>
    [Id(15)] public long AssignmentVersion { get; init; }

    /// <summary>The assignment version that the index is known to hold; it may lag.</summary>
    [Id(16)] public long IndexedVersion { get; init; }

    /// <summary>An erasure that is not finished; null when none is going on.</summary>
    [Id(17)] public PendingErasure? Erasure { get; init; }

    /// <summary>Records that nothing refers to and that are to be removed; null for none.</summary>
    [Id(18)] public PageLeftovers? Leftovers { get; init; }

    /// <summary>The latest time before which retention has dropped events of some type; null when it never looked.</summary>
    [Id(19)] public DateTimeOffset? RetainedFrom { get; init; }

    /// <summary>When the first event was stored, whether or not it is still kept; null where there was none, or an earlier release stored it.</summary>
    [Id(20)] public DateTimeOffset? FirstRecordedAt { get; init; }

    /// <summary>Whether the customer has left any trace that is not an erasure's.</summary>
    public bool IsKnown => Erasure is null && (Registered || Revision > 0);

    /// <summary>Whether the customer may be put in a segment.</summary>
    public bool MayProfile(CustomerOptions options) => ProfilingConsent ?? options.ProfilingByDefault;

    /// <summary>Whether the customer may be a training example.</summary>
    public bool MayTrain(CustomerOptions options) => TrainingConsent ?? options.TrainingByDefault;

    /// <summary>The segment that look-ups and the index give: the assignment's, or why there is none.</summary>
    public string SegmentName(CustomerOptions options) =>
        !IsKnown ? SegmentNames.Unknown
        : !MayProfile(options) ? SegmentNames.Unprofiled
        : Assignment?.Segment ?? SegmentNames.Unscored;

    /// <summary>Sealed pages.</summary>
    public int PageCount => Pages.Length + Directories.Sum(d => d.PageCount);

    /// <summary>The facts over the whole lifetime, decoded. Cost: linear in the days the customer was active.</summary>
    public LifetimeAggregates ReadAggregates() => Aggregates.Length == 0 ? new LifetimeAggregates() : LifetimeAggregates.FromBytes(Aggregates);

    /// <summary>Events in sealed pages.</summary>
    public long SealedCount => Pages.Sum(p => (long)p.Count) + Directories.Sum(d => d.Count);
}

/// <summary>One profile attribute.</summary>
[GenerateSerializer, Immutable, Alias("seg.profile-attribute")]
internal readonly record struct ProfileAttribute([property: Id(0)] string Name, [property: Id(1)] string Value);

/// <summary>An assignment as the customer stores it.</summary>
/// <param name="Segment">The segment.</param>
/// <param name="Segments">The scheme's segments.</param>
/// <param name="Probabilities">One per entry of <paramref name="Segments"/>.</param>
/// <param name="ChurnProbability">As in the assignment.</param>
/// <param name="ExpectedValue">As in the assignment.</param>
/// <param name="ModelVersion">The model that answered; 0 for none.</param>
/// <param name="AssignedAt">When.</param>
/// <param name="EventsSeen">Events that the model saw.</param>
/// <param name="Revision">The <see cref="CustomerState.Revision"/> that the model saw.</param>
[GenerateSerializer, Immutable, Alias("seg.stored-assignment")]
internal sealed record StoredAssignment(
    [property: Id(0)] string Segment,
    [property: Id(1)] string[] Segments,
    [property: Id(2)] float[] Probabilities,
    [property: Id(3)] float? ChurnProbability,
    [property: Id(4)] float? ExpectedValue,
    [property: Id(5)] int ModelVersion,
    [property: Id(6)] DateTimeOffset AssignedAt,
    [property: Id(7)] long EventsSeen,
    [property: Id(8)] long Revision)
{
    /// <summary>As in the assignment.</summary>
    [Id(9)] public float? ExpectedValueLow { get; init; }

    /// <summary>As in the assignment.</summary>
    [Id(10)] public float? ExpectedValueHigh { get; init; }
}

/// <summary>An erasure under way.</summary>
/// <param name="EventsErased">Events the customer had.</param>
/// <param name="PagesErased">Sealed pages the customer had.</param>
[GenerateSerializer, Immutable, Alias("seg.pending-erasure")]
internal sealed record PendingErasure([property: Id(0)] long EventsErased, [property: Id(1)] int PagesErased)
{
    /// <summary>What the site's model registry is told of it; null where no version can have learned from the customer.</summary>
    [Id(2)]
    public ErasureMark? Mark { get; init; }
}

/// <summary>History records on their way in or out, named before they are written so that a crash leaves none behind.</summary>
/// <param name="Pages">Page numbers.</param>
/// <param name="Directories">Directory numbers.</param>
[GenerateSerializer, Immutable, Alias("seg.page-leftovers")]
internal sealed record PageLeftovers([property: Id(0)] int[] Pages, [property: Id(1)] int[] Directories)
{
    /// <summary>These and others.</summary>
    public static PageLeftovers Join(PageLeftovers? some, PageLeftovers more) =>
        new([.. (some?.Pages ?? []).Union(more.Pages)], [.. (some?.Directories ?? []).Union(more.Directories)]);

    /// <summary>These without others; null when none is left.</summary>
    public PageLeftovers? Without(PageLeftovers gone)
    {
        var (pages, directories) = (Pages.Except(gone.Pages).ToArray(), Directories.Except(gone.Directories).ToArray());
        return pages.Length + directories.Length == 0 ? null : new PageLeftovers(pages, directories);
    }
}
