using System.Collections.Immutable;

namespace OrleansSeg.Federation;

/// <summary>What the gate compared on customers whom no version trains on.</summary>
/// <param name="Opponent">What the model was compared with.</param>
/// <param name="Customers">Customers measured.</param>
/// <param name="LogLoss">The model's log loss, in nats.</param>
/// <param name="OpponentLogLoss">The other's.</param>
/// <param name="Low">Lower end of the 95 % interval of the difference, model minus opponent, customer by customer; NaN for fewer than two customers.</param>
/// <param name="High">Its upper end: below zero the model is better beyond chance.</param>
/// <param name="Sites">The same by site, in ordinal order.</param>
[GenerateSerializer, Immutable, Alias("seg.gate-figures")]
public sealed record GateFigures(
    [property: Id(0)] string Opponent,
    [property: Id(1)] long Customers,
    [property: Id(2)] double LogLoss,
    [property: Id(3)] double OpponentLogLoss,
    [property: Id(4)] double Low,
    [property: Id(5)] double High,
    [property: Id(6)] ImmutableArray<SiteGateFigures> Sites);

/// <summary>What the gate compared at one site.</summary>
/// <param name="Site">The site.</param>
/// <param name="Customers">Customers measured.</param>
/// <param name="LogLoss">The model's log loss, in nats; NaN without customers.</param>
/// <param name="OpponentLogLoss">The other's.</param>
[GenerateSerializer, Immutable, Alias("seg.site-gate-figures")]
public sealed record SiteGateFigures(
    [property: Id(0)] string Site, [property: Id(1)] long Customers, [property: Id(2)] double LogLoss, [property: Id(3)] double OpponentLogLoss);
