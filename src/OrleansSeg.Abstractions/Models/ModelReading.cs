namespace OrleansSeg.Models;

/// <summary>What a version may have learned of one site's customers, by itself or through the version that it was trained on from. It names no customer.</summary>
/// <param name="Site">The site.</param>
/// <param name="Watermark">Nothing first stored after it was read.</param>
/// <param name="Until">No event of a later time was read; null for no such bound.</param>
/// <param name="Erasures">Erasures of the site that were done before anything was read, counted from the site's first: of later ones it may have read the customer.</param>
[GenerateSerializer, Immutable, Alias("seg.model-reading")]
public sealed record ModelReading(
    [property: Id(0)] string Site,
    [property: Id(1)] DateTimeOffset Watermark,
    [property: Id(2)] DateTimeOffset? Until,
    [property: Id(3)] long Erasures);
