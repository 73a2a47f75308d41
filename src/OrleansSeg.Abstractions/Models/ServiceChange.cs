namespace OrleansSeg.Models;

/// <summary>A version went into service.</summary>
/// <param name="At">When.</param>
/// <param name="Version">The version.</param>
/// <param name="Reason">Why.</param>
/// <param name="Forced">Whether it would have been refused: it may have learned from customers erased before.</param>
[GenerateSerializer, Immutable, Alias("seg.service-change")]
public sealed record ServiceChange(
    [property: Id(0)] DateTimeOffset At, [property: Id(1)] int Version, [property: Id(2)] ServiceReason Reason, [property: Id(3)] bool Forced);

/// <summary>Why a version went into service.</summary>
[GenerateSerializer, Alias("seg.service-reason")]
public enum ServiceReason
{
    /// <summary>Training published it, and it was to go into service.</summary>
    Published = 0,

    /// <summary>It was promoted by hand.</summary>
    Promoted = 1,

    /// <summary>A later version was taken back for it.</summary>
    RolledBack = 2,
}
