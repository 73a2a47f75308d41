namespace OrleansSeg.Customers;

/// <summary>No silo that serves the site is in the cluster now. Nothing was done; try again later.</summary>
[GenerateSerializer, Alias("seg.site-unavailable")]
public sealed class SiteUnavailableException : Exception
{
    /// <summary>Makes the exception.</summary>
    /// <param name="site">The site that was asked for.</param>
    public SiteUnavailableException(string site)
        : base($"No silo that serves site '{site}' is in the cluster now.") => Site = site;

    /// <summary>The site that was asked for.</summary>
    [Id(0)]
    public string Site { get; init; }
}
