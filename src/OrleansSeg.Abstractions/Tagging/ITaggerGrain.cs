using System.Collections.Immutable;
using OrleansSeg.Events;

namespace OrleansSeg.Tagging;

/// <summary>The door to a site's tagger, on a silo that serves the site and runs inference. Key: <c>{site}:{slot}</c>; calls are spread over slots.</summary>
[GrainInterfaceType("seg.tagger"), Alias("seg.tagger"), Version(1)]
public interface ITaggerGrain : IGrainWithStringKey
{
    /// <summary>Finds labelled stretches of texts, in batches with whatever else this silo's engine is asked.</summary>
    /// <param name="texts">At most <see cref="TaggingLimits.TextsMax"/>, of at most <see cref="TaggingLimits.BytesMax"/> bytes of UTF-8 together and as long as an event's text may be.</param>
    /// <param name="cancellationToken">Leaves the queue.</param>
    /// <exception cref="NoTaggerException">The site has no tagger.</exception>
    /// <exception cref="ArgumentException">A bound is broken.</exception>
    /// <exception cref="Inference.InferenceOverloadedException">The queue is full.</exception>
    /// <exception cref="Inference.InferenceUnavailableException">The tagger cannot be loaded here, or the engine stops.</exception>
    /// <exception cref="Inference.InferenceFailedException">The tagger failed on a batch.</exception>
    [Alias("tag")]
    Task<TaggedTexts> TagAsync(ImmutableArray<string> texts, CancellationToken cancellationToken);
}

/// <summary>What one call may ask of a tagger.</summary>
public static class TaggingLimits
{
    /// <summary>Most texts of a call.</summary>
    public const int TextsMax = 1_000;

    /// <summary>Most bytes of UTF-8 of a call's texts together.</summary>
    public const int BytesMax = 512 * 1024;
}

/// <summary>Answers for texts, in their order.</summary>
/// <param name="Tagger">Which tagger answered: the hash of its bundle.</param>
/// <param name="Spans">The labelled stretches of each text.</param>
[GenerateSerializer, Immutable, Alias("seg.tagged-texts")]
public sealed record TaggedTexts([property: Id(0)] string Tagger, [property: Id(1)] ImmutableArray<ImmutableArray<TagSpan>> Spans);
