namespace OrleansSeg.Inference;

/// <summary>The lane a scoring request waits in; a lower number is served first.</summary>
[GenerateSerializer, Alias("seg.scoring-priority")]
public enum ScoringPriority
{
    /// <summary>Somebody waits for the answer.</summary>
    Storefront = 0,

    /// <summary>New behaviour made the assignment stale.</summary>
    Refresh = 1,

    /// <summary>Sweeps, imports and new models.</summary>
    Backfill = 2,
}
