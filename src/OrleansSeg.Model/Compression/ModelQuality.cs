using System.Numerics.Tensors;
using OrleansSeg.Events;
using OrleansSeg.Model.Text;
using OrleansSeg.Model.Text.Checkpoints;
using OrleansSeg.Model.Text.Classification;
using OrleansSeg.Model.Text.Tagging;
using OrleansSeg.Model.Text.Tokenization;
using OrleansSeg.Model.Text.Transformer;
using TorchSharp;
using static TorchSharp.torch;

namespace OrleansSeg.Model.Compression;

/// <summary>What a model made small still tells.</summary>
/// <param name="Cosine">Of an encoder: mean cosine of its vectors and the whole model's.</param>
/// <param name="HiddenTokenLoss">Of an encoder whose head tells hidden tokens: mean cross-entropy of 15 % of the tokens, in nats.</param>
/// <param name="SameAnswers">Of a tagger or a classifier: share of the texts of which it tells what the whole model tells.</param>
/// <param name="Tagging">Of a tagger: how well it tells labelled texts, where there are any.</param>
public sealed record ModelQuality(double? Cosine, double? HiddenTokenLoss, double? SameAnswers, TaggingReport? Tagging)
{
    private const int TextsPerBatch = 32;
    private const double HiddenShare = 0.15;

    /// <summary>Measures.</summary>
    /// <param name="folder">The model.</param>
    /// <param name="whole">The folder that it was made of.</param>
    /// <param name="texts">Texts without labels.</param>
    /// <param name="labelled">Texts with labels, for a tagger; may be empty.</param>
    /// <param name="seed">Seed of what is hidden.</param>
    /// <param name="cancellationToken">Stops between two batches.</param>
    /// <exception cref="CheckpointException">A folder cannot be loaded.</exception>
    public static ModelQuality Of(
        string folder, string whole, IReadOnlyList<string> texts, IReadOnlyList<TaggedText> labelled, int seed, CancellationToken cancellationToken)
    {
        switch (BertFamilyConfigFile.Read(folder).Head)
        {
            case TextHead.TokenClassification:
                using (var tagger = TextTagger.Load(folder))
                using (var original = TextTagger.Load(whole))
                {
                    var (told, expected) = (tagger.Tag(texts, cancellationToken), original.Tag(texts, cancellationToken));
                    return new ModelQuality(
                        null,
                        null,
                        Share(told.Zip(expected, (one, other) => one.Select(Place).SequenceEqual(other.Select(Place)))),
                        labelled.Count == 0 ? null : TaggingReport.Of(tagger.Labels, labelled, tagger.TagWords(labelled, cancellationToken)));
                }

            case TextHead.SequenceClassification:
                using (var classifier = TextClassifier.Load(folder))
                using (var original = TextClassifier.Load(whole))
                {
                    var (told, expected) = (classifier.Classify(texts, cancellationToken), original.Classify(texts, cancellationToken));
                    return new ModelQuality(null, null, Share(told.Zip(expected, (one, other) => TensorPrimitives.IndexOfMax<float>(one) == TensorPrimitives.IndexOfMax<float>(other))), null);
                }

            case var head:
                using (var encoder = TransformerTextEncoder.Load(folder))
                using (var original = TransformerTextEncoder.Load(whole))
                {
                    var vectors = encoder.EncodeAll(texts, cancellationToken: cancellationToken).Zip(original.EncodeAll(texts, cancellationToken: cancellationToken));
                    return new ModelQuality(
                        vectors.Average(pair => TensorPrimitives.CosineSimilarity<float>(pair.First, pair.Second)),
                        head == TextHead.MaskedLanguage ? HiddenTokens(folder, encoder.Tokenizer, encoder.TokensMax, texts, seed, cancellationToken) : null,
                        null,
                        null);
                }
        }
    }

    private static (int Start, int End, string Label) Place(TagSpan span) => (span.Start, span.End, span.Label);

    private static double Share(IEnumerable<bool> same) => same.Average(each => each ? 1.0 : 0.0);

    private static double? HiddenTokens(string folder, TextTokenizer tokenizer, int tokensMax, IReadOnlyList<string> texts, int seed, CancellationToken cancellationToken)
    {
        var random = new Random(seed);
        var ids = texts.Select(text => tokenizer.Encode(text, tokensMax).Ids).Where(text => text.Length > tokenizer.Special.CountAround(pair: false)).ToList();
        if (tokenizer.Special.Mask < 0 || ids.Count == 0)
        {
            return null;
        }

        using var checkpoint = TextCheckpoint.Load(folder);
        using var quiet = no_grad();
        var (loss, count) = (0.0, 0L);
        foreach (var batch in ids.OrderBy(text => text.Length).Chunk(TextsPerBatch))
        {
            cancellationToken.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            var (places, truth, longest) = (new List<long>(), new List<long>(), batch.Max(text => text.Length));
            var hidden = batch.Select((text, row) => Hide(text, row * longest, places, truth)).ToList();
            using var tokens = TokenBatch.Of(hidden, checkpoint.Config.PaddingId);
            var states = checkpoint.Encoder.Forward(tokens).flatten(0, 1).index_select(0, tensor(places)); // (B, T, H) -> (M, H)
            loss += nn.functional.cross_entropy(checkpoint.MaskedLogits(states).to(float32), tensor(truth), reduction: nn.Reduction.Sum).item<float>();
            count += truth.Count;
        }

        return loss / count;

        int[] Hide(int[] text, long from, List<long> places, List<long> truth)
        {
            var seen = text.ToArray();
            var between = text.Length - 2;
            foreach (var at in Enumerable.Range(1, between).OrderBy(_ => random.NextDouble()).Take(Math.Max(1, (int)(HiddenShare * between))).Order())
            {
                places.Add(from + at);
                truth.Add(text[at]);
                seen[at] = tokenizer.Special.Mask;
            }

            return seen;
        }
    }
}
