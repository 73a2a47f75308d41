namespace OrleansSeg.Tagging;

/// <summary>The site has no tagger: register one.</summary>
[GenerateSerializer, Alias("seg.no-tagger")]
public sealed class NoTaggerException : Exception
{
    /// <summary>Makes the exception.</summary>
    /// <param name="site">The site that was asked for.</param>
    public NoTaggerException(string site)
        : base($"Site '{site}' has no tagger in service: register one ('tag register --tagger FOLDER').") => Site = site;

    /// <summary>The site that was asked for.</summary>
    [Id(0)]
    public string Site { get; init; }
}
