using System.Collections.Immutable;

namespace OrleansSeg.Customers;

/// <summary>What became of a bulk import.</summary>
/// <param name="Customers">Customers touched.</param>
/// <param name="Added">Events stored for the first time.</param>
/// <param name="AlreadyKnown">Events stored before.</param>
/// <param name="Refused">Events refused, by rule.</param>
/// <param name="RefusedExamples">The first refusals, at most 10.</param>
[GenerateSerializer, Immutable, Alias("seg.import-receipt")]
public sealed record ImportReceipt(
    [property: Id(0)] int Customers,
    [property: Id(1)] long Added,
    [property: Id(2)] long AlreadyKnown,
    [property: Id(3)] ImmutableDictionary<RefusalKind, long> Refused,
    [property: Id(4)] ImmutableArray<EventRefusal> RefusedExamples);

/// <summary>Some registered customers of one partition.</summary>
/// <param name="CustomerIds">The shop's ids, unescaped.</param>
/// <param name="NextPageToken">Where to go on, or null at the end.</param>
[GenerateSerializer, Immutable, Alias("seg.customers-page")]
public sealed record CustomersPage([property: Id(0)] ImmutableArray<string> CustomerIds, [property: Id(1)] string? NextPageToken);

/// <summary>What one sweep did.</summary>
/// <param name="Examined">Index entries looked at.</param>
/// <param name="Rescored">Customers sent to scoring.</param>
/// <param name="Repaired">Index entries that differed from their customer and were put right.</param>
/// <param name="Remaining">Customers still due.</param>
[GenerateSerializer, Immutable, Alias("seg.sweep-receipt")]
public sealed record SweepReceipt(
    [property: Id(0)] int Examined, [property: Id(1)] int Rescored, [property: Id(2)] int Repaired, [property: Id(3)] int Remaining);
