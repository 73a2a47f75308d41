using System.Collections.Immutable;

namespace OrleansSeg.Customers;

/// <summary>What is known of a customer besides the events.</summary>
/// <param name="Customer">The shop's id, unescaped.</param>
/// <param name="Attributes">Profile attributes.</param>
/// <param name="Consents">Consent per purpose, defaults filled in.</param>
/// <param name="EventCount">Events in the history, exact.</param>
/// <param name="EventCounts">Events per type name, exact.</param>
/// <param name="FirstEvent">Time of the earliest event, or null.</param>
/// <param name="LastEvent">Time of the latest event, or null.</param>
/// <param name="PurchaseDays">Distinct UTC days with a purchase, exact.</param>
/// <param name="Spend">Gross spend over the lifetime, exact, in the site's currency.</param>
/// <param name="PageCount">Sealed history pages besides the hot one.</param>
[GenerateSerializer, Immutable, Alias("seg.customer-profile")]
public sealed record CustomerProfile(
    [property: Id(0)] string Customer,
    [property: Id(1)] ImmutableDictionary<string, string> Attributes,
    [property: Id(2)] ImmutableDictionary<ConsentPurpose, bool> Consents,
    [property: Id(3)] long EventCount,
    [property: Id(4)] ImmutableDictionary<string, long> EventCounts,
    [property: Id(5)] DateTimeOffset? FirstEvent,
    [property: Id(6)] DateTimeOffset? LastEvent,
    [property: Id(7)] int PurchaseDays,
    [property: Id(8)] decimal Spend,
    [property: Id(9)] int PageCount);

/// <summary>What a customer's data may be used for.</summary>
[GenerateSerializer, Alias("seg.consent-purpose")]
public enum ConsentPurpose
{
    /// <summary>Being put in a segment. Without it the assignment is <c>unprofiled</c>.</summary>
    Profiling = 0,

    /// <summary>Being a training example.</summary>
    Training = 1,
}
