namespace OrleansSeg.Customers;

/// <summary>A party that holds customers. Key: the site's name.</summary>
[GrainInterfaceType("seg.site"), Alias("seg.site"), Version(1)]
public interface ISiteGrain : IGrainWithStringKey
{
    /// <summary>How the site's customers are spread; fixed when the site is first used, so cache it.</summary>
    [Alias("layout")]
    Task<SiteLayout> GetLayoutAsync(CancellationToken cancellationToken);
}

/// <summary>How a site's customers are spread over partitions.</summary>
/// <param name="PartitionCount">Partitions, 1 to 65,536; never changes once customers exist.</param>
/// <param name="Currency">The site's currency, ISO 4217.</param>
[GenerateSerializer, Immutable, Alias("seg.site-layout")]
public sealed record SiteLayout([property: Id(0)] int PartitionCount, [property: Id(1)] string Currency);
