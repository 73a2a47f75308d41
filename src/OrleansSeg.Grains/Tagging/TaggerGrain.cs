using System.Collections.Immutable;
using System.Text;
using Orleans.Concurrency;
using OrleansSeg.Events;
using OrleansSeg.Inference;
using OrleansSeg.Model.Inference;
using OrleansSeg.Model.Text.Tagging;
using OrleansSeg.Placement;

namespace OrleansSeg.Tagging;

/// <summary>Lays texts out and has this silo's engine tell them, each part of a text a request of its own, in the lane behind the storefront's.</summary>
/// <remarks>Reentrant, so that the texts of all calls meet in the engine's queue.</remarks>
[GrainType("seg.tagger"), StatelessWorker(1, false), Reentrant, TrainingSilos]
internal sealed class TaggerGrain(InferenceBatcher batcher, ServedTaggers taggers) : Grain, ITaggerGrain
{
    /// <inheritdoc />
    public async Task<TaggedTexts> TagAsync(ImmutableArray<string> texts, CancellationToken cancellationToken)
    {
        Check(texts);
        var site = SiteKey.Of(this.GetGrainId()) ?? throw new ArgumentException($"'{this.GetPrimaryKeyString()}' names no site.", nameof(texts));
        var rented = await taggers.RentAsync(site, cancellationToken);
        try
        {
            var tagger = rented.Value.Tagger;

            // Tokenizing many texts takes long enough to be kept off the grain's scheduler.
            var layouts = await Task.Run(() => texts.Select(tagger.LayOut).ToList(), cancellationToken);
            var told = await TellAsync(site, rented, [.. layouts.SelectMany(layout => layout.Parts)], cancellationToken);
            var (spans, at) = (ImmutableArray.CreateBuilder<ImmutableArray<TagSpan>>(texts.Length), 0);
            foreach (var layout in layouts)
            {
                spans.Add(tagger.SpansOf(layout, told.AsSpan(at, layout.Parts.Length).ToArray()));
                at += layout.Parts.Length;
            }

            return new TaggedTexts(rented.Value.Hash, spans.MoveToImmutable());
        }
        finally
        {
            rented.Release();
        }
    }

    // One part refused refuses the call, and the others leave the queue.
    private async Task<TextPartLabels[]> TellAsync(string site, Counted<LoadedTagger> tagger, ImmutableArray<TextPart> parts, CancellationToken cancellationToken)
    {
        using var leaving = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var told = parts.Select(part => batcher.TagAsync(site, tagger, part, ScoringPriority.Refresh, leaving.Token)).ToArray();
        try
        {
            return await Task.WhenAll(told);
        }
        catch
        {
            await leaving.CancelAsync();

            // The first that was refused says why; those that left because of it say nothing.
            await (Array.Find(told, one => one.IsFaulted) ?? Task.CompletedTask);
            throw;
        }
    }

    private static void Check(ImmutableArray<string> texts)
    {
        if (texts.IsDefault || texts.Length > TaggingLimits.TextsMax)
        {
            throw new ArgumentException($"A call has at most {TaggingLimits.TextsMax} texts, not {(texts.IsDefault ? "none given" : texts.Length)}.", nameof(texts));
        }

        var all = 0L;
        for (var i = 0; i < texts.Length; i++)
        {
            var bytes = Encoding.UTF8.GetByteCount(texts[i] ?? throw new ArgumentException($"Text {i} is null.", nameof(texts)));
            all += bytes;
            if (bytes > EventLimits.TextBytesMax)
            {
                throw new ArgumentException($"Text {i} has {bytes} bytes of UTF-8; at most {EventLimits.TextBytesMax} are read.", nameof(texts));
            }
        }

        if (all > TaggingLimits.BytesMax)
        {
            throw new ArgumentException($"The texts have {all} bytes of UTF-8 together; a call has at most {TaggingLimits.BytesMax}.", nameof(texts));
        }
    }
}
