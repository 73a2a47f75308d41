using System.Collections.Immutable;

namespace OrleansSeg.Tagging;

/// <summary>The tagger of one site. Key: the site's name.</summary>
[GrainInterfaceType("seg.tagger-registry"), Alias("seg.tagger-registry"), Version(1)]
public interface ITaggerRegistryGrain : IGrainWithStringKey
{
    /// <summary>Puts a tagger in service in place of the one before, whose bundles go unless another site has them. Harmless when repeated.</summary>
    /// <param name="tagger">The tagger, whose bundles lie in the model store.</param>
    /// <param name="cancellationToken">Stops before the write.</param>
    [Alias("register")]
    Task RegisterAsync(TaggerReference tagger, CancellationToken cancellationToken);

    /// <summary>The tagger in service, or null.</summary>
    [Alias("current")]
    Task<TaggerReference?> GetCurrentAsync(CancellationToken cancellationToken);

    /// <summary>Takes the tagger out of service; its bundles go unless another site has them. Harmless when repeated.</summary>
    [Alias("remove")]
    Task RemoveAsync(CancellationToken cancellationToken);
}

/// <summary>A tagger in the model store.</summary>
/// <param name="Sha256">Bundle of its head, labels and adapter.</param>
/// <param name="EncoderSha256">Bundle of its encoder, which taggers of other sites may share.</param>
/// <param name="RegisteredAt">When it was registered.</param>
/// <param name="Labels">What it tells, and what it does not.</param>
[GenerateSerializer, Immutable, Alias("seg.tagger-reference")]
public sealed record TaggerReference(
    [property: Id(0)] string Sha256, [property: Id(1)] string EncoderSha256, [property: Id(2)] DateTimeOffset RegisteredAt, [property: Id(3)] ImmutableArray<string> Labels);
