namespace OrleansSeg.Customers;

/// <summary>What a site keeps from storefronts. Key: the site's name. Only grains call it.</summary>
[GrainInterfaceType("seg.site-secrets"), Alias("seg.site-secrets"), Version(1)]
internal interface ISiteSecretsGrain : IGrainWithStringKey
{
    /// <summary>The key (32 bytes) of the hash that names tombstones; made when the site is first used, and never changed.</summary>
    [Alias("tombstone-key")]
    Task<byte[]> GetTombstoneKeyAsync();
}
