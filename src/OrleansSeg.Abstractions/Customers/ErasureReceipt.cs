namespace OrleansSeg.Customers;

/// <summary>What an erasure removed: proof for the customer and the shop.</summary>
/// <param name="Customer">The shop's id as asked for, not stored anywhere any more.</param>
/// <param name="CustomerHash">Keyed hash that the tombstone keeps in place of the id, hexadecimal.</param>
/// <param name="ErasedAt">When; events dated before are refused from then on.</param>
/// <param name="EventsErased">Events removed.</param>
/// <param name="PagesErased">Sealed pages removed, and checked to be gone.</param>
/// <param name="IndexEntryErased">Whether the partition held the customer and no longer does.</param>
/// <param name="TrainingEligibilityEnded">Whether no later training will read the customer.</param>
/// <param name="VerifiedEmpty">A second read of the store found nothing but the tombstone.</param>
[GenerateSerializer, Immutable, Alias("seg.erasure-receipt")]
public sealed record ErasureReceipt(
    [property: Id(0)] string Customer,
    [property: Id(1)] string CustomerHash,
    [property: Id(2)] DateTimeOffset ErasedAt,
    [property: Id(3)] long EventsErased,
    [property: Id(4)] int PagesErased,
    [property: Id(5)] bool IndexEntryErased,
    [property: Id(6)] bool TrainingEligibilityEnded,
    [property: Id(7)] bool VerifiedEmpty)
{
    /// <summary>Which model versions may still know the customer, as of this answer; null where an earlier release erased the customer, which did not note it.</summary>
    [Id(8)]
    public Forgetting? Forgetting { get; init; }
}
