namespace OrleansSeg.Inference;

/// <summary>The site has no model in service: train one, or publish one.</summary>
[GenerateSerializer, Alias("seg.no-model")]
public sealed class NoModelException : Exception
{
    /// <summary>Makes the exception.</summary>
    /// <param name="site">The site that was asked for.</param>
    public NoModelException(string site)
        : base($"Site '{site}' has no model in service.") => Site = site;

    /// <summary>The site that was asked for.</summary>
    [Id(0)]
    public string Site { get; init; }
}
