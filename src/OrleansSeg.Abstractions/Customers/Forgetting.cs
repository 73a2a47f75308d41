using System.Collections.Immutable;

namespace OrleansSeg.Customers;

/// <summary>Which model versions may still know an erased customer: computed when it is asked for, and stored nowhere.</summary>
/// <param name="Affected">Versions that are kept and may have learned from the customer, of every site that trained with the customer's.</param>
/// <param name="SilentSites">Sites that trained with the customer's and do not answer, so that it is not known what they keep.</param>
[GenerateSerializer, Immutable, Alias("seg.forgetting")]
public sealed record Forgetting(
    [property: Id(0)] ImmutableArray<AffectedVersion> Affected, [property: Id(1)] ImmutableArray<string> SilentSites)
{
    /// <summary>Whether no version that is kept can know the customer.</summary>
    public bool IsComplete => Affected.IsEmpty && SilentSites.IsEmpty;
}

/// <summary>A version that may have learned from an erased customer.</summary>
/// <param name="Site">The site that keeps it.</param>
/// <param name="Version">Its number there.</param>
/// <param name="InService">Whether it answers.</param>
[GenerateSerializer, Immutable, Alias("seg.affected-version")]
public sealed record AffectedVersion([property: Id(0)] string Site, [property: Id(1)] int Version, [property: Id(2)] bool InService);
