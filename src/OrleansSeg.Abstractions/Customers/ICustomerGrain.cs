using System.Collections.Immutable;
using OrleansSeg.Events;
using OrleansSeg.Segments;

namespace OrleansSeg.Customers;

/// <summary>One customer of one site: the only owner of that customer's data. Key: <see cref="CustomerKey.GrainKey"/>.</summary>
[GrainInterfaceType("seg.customer"), Alias("seg.customer"), Version(1)]
public interface ICustomerGrain : IGrainWithStringKey
{
    /// <summary>Records live events; returns when the accepted ones are durable.</summary>
    /// <remarks>
    /// An event id seen before changes nothing; with other content it is refused as a conflict. Late timestamps are accepted and ordered.
    /// A sound event beside a refused one is kept. At most 10,000 events a call.
    /// </remarks>
    /// <exception cref="ArgumentException">Too many events in one call.</exception>
    [Alias("record")]
    Task<RecordReceipt> RecordAsync([Immutable] ImmutableArray<BehaviourEvent> events, CancellationToken cancellationToken);

    /// <summary>Records events of the past and profile attributes, flagged as back-filled and scored in the back-fill lane.</summary>
    /// <remarks>Otherwise as <see cref="RecordAsync"/>.</remarks>
    [Alias("import")]
    Task<RecordReceipt> ImportAsync([Immutable] CustomerImport import, CancellationToken cancellationToken);

    /// <summary>The current assignment, at once: never waits for inference or storage writes.</summary>
    /// <remarks>A customer nobody knows answers <see cref="SegmentNames.Unknown"/> and writes nothing.</remarks>
    [Alias("look-up")]
    ValueTask<SegmentAssignment> LookUpAsync();

    /// <summary>The assignment once it reflects every event acknowledged before the call; waits for scoring.</summary>
    /// <exception cref="OperationCanceledException">The caller left; the scoring goes on.</exception>
    [Alias("look-up-fresh")]
    Task<SegmentAssignment> LookUpFreshAsync(CancellationToken cancellationToken);

    /// <summary>A page of the history, oldest first.</summary>
    /// <exception cref="ArgumentException">The page token is not one this customer gave, or the limit is not 1 to 10,000.</exception>
    [Alias("history")]
    Task<HistoryPage> GetHistoryAsync(HistoryQuery query, CancellationToken cancellationToken);

    /// <summary>Attributes, consent and lifetime facts.</summary>
    [Alias("profile")]
    Task<CustomerProfile> GetProfileAsync(CancellationToken cancellationToken);

    /// <summary>Sets profile attributes; a null value removes one. At most 64 attributes of 256 characters each.</summary>
    /// <exception cref="ArgumentException">A bound is broken; the message names the attribute.</exception>
    [Alias("set-attributes")]
    Task SetAttributesAsync(ImmutableDictionary<string, string?> attributes, CancellationToken cancellationToken);

    /// <summary>Grants or withdraws consent for one purpose; durable on return.</summary>
    [Alias("set-consent")]
    Task SetConsentAsync(ConsentPurpose purpose, bool granted, CancellationToken cancellationToken);

    /// <summary>Why the customer is in the segment: computed by the model in service.</summary>
    /// <exception cref="InvalidOperationException">No model is in service, or nothing is known of the customer.</exception>
    [Alias("explain")]
    Task<SegmentExplanation> ExplainAsync(CancellationToken cancellationToken);

    /// <summary>Removes the customer: history, index entry, cached embeddings, training eligibility; leaves a tombstone.</summary>
    /// <remarks>Idempotent. Events dated before the erasure are refused from then on.</remarks>
    [Alias("erase")]
    Task<ErasureReceipt> EraseAsync(CancellationToken cancellationToken);

    /// <summary>How the customer's latest erasure stands now; changes nothing.</summary>
    /// <returns>The receipt, with what is empty and what versions are affected now; null when the customer was never erased.</returns>
    [Alias("erasure")]
    Task<ErasureReceipt?> GetErasureAsync(CancellationToken cancellationToken);
}
