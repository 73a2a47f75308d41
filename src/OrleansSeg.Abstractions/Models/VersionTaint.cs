using System.Collections.Immutable;

namespace OrleansSeg.Models;

/// <summary>Whether a version may have learned from customers who were erased since.</summary>
/// <param name="Version">The version.</param>
/// <param name="Erasures">Erasures, of any site that it was trained on, of whose customers it may have learned.</param>
/// <param name="SilentSites">Sites that it was trained on and that do not answer: what was erased there is not counted.</param>
[GenerateSerializer, Immutable, Alias("seg.version-taint")]
public sealed record VersionTaint(
    [property: Id(0)] int Version, [property: Id(1)] long Erasures, [property: Id(2)] ImmutableArray<string> SilentSites)
{
    /// <summary>Whether it is known to be free of them.</summary>
    public bool IsClean => Erasures == 0 && SilentSites.IsEmpty;
}
