using OrleansSeg.Model.Text.Checkpoints;
using OrleansSeg.Model.Text.FineTuning;
using OrleansSeg.Model.Text.Tokenization;
using OrleansSeg.Model.Text.Transformer;
using OrleansSeg.Model.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace OrleansSeg.Model.Text.Tagging;

/// <summary>Trains a tagger on labelled texts: a new head on an encoder, and the encoder itself or an adapter of it.</summary>
/// <remarks>What is kept is the epoch whose spans on the validation texts have the highest F1. The same inputs and seed give bitwise the same tagger on one machine with one thread count.</remarks>
public sealed class TaggerTrainer
{
    private const int IgnoredLabel = -100;

    private readonly TextTokenizer _tokenizer;
    private readonly BertEncoder _encoder;
    private readonly FineTuningOptions _options;

    /// <summary>Makes the trainer.</summary>
    /// <param name="tokenizer">The encoder's tokenizer.</param>
    /// <param name="encoder">The encoder; it becomes the tagger's own, and is changed unless an adapter is trained.</param>
    /// <param name="options">How to train.</param>
    /// <exception cref="ArgumentException">An option is out of its bounds; the message names it.</exception>
    public TaggerTrainer(TextTokenizer tokenizer, BertEncoder encoder, FineTuningOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Check();
        (_tokenizer, _encoder, _options) = (tokenizer, encoder, options);
    }

    /// <summary>Makes the trainer of a text model's folder, as downloaded or as it was saved here.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="options">How to train.</param>
    /// <returns>The trainer, and the files of its tokenizer for <see cref="TextTagger.Save"/>.</returns>
    /// <exception cref="CheckpointException">The folder is none that can be loaded; the message names the file or tensor.</exception>
    /// <exception cref="ArgumentException">An option is out of its bounds; the message names it.</exception>
    public static (TaggerTrainer Trainer, IReadOnlyDictionary<string, byte[]> TokenizerFiles) Of(string folder, FineTuningOptions options)
    {
        var tokenizer = TextTagger.ReadTokenizer(folder);
        return (new TaggerTrainer(tokenizer, TextCheckpoint.LoadForTraining(folder).Encoder, options), TokenizerFiles.BytesOf(folder));
    }

    /// <summary>Trains.</summary>
    /// <param name="labels">What to tell.</param>
    /// <param name="texts">The texts to learn from.</param>
    /// <param name="validation">The texts to choose the epoch by; the last epoch is kept where there are none.</param>
    /// <param name="progress">Told of each epoch; may be null.</param>
    /// <param name="cancellationToken">Stops between two batches.</param>
    /// <exception cref="InsufficientDataException">No text has a word, or none a label.</exception>
    public TrainedTagger Train(
        TagLabels labels, IReadOnlyList<TaggedText> texts, IReadOnlyList<TaggedText> validation, IProgress<TrainingProgress>? progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(labels);
        var adapter = _options.Adapter is null ? null : new TextAdapter(_encoder, _options.Adapter, _options.Seed);
        var tagger = new TextTagger(_tokenizer, _encoder, CreateHead(labels), labels, adapter);
        var parts = Parts(tagger, texts);
        return parts.Count == 0 || labels.Names.Length < 2
            ? throw new InsufficientDataException("No text to learn from has a labelled word.")
            : new TrainedTagger(tagger, new TaggingTask(tagger, validation).Run(_encoder, tagger.Head, adapter, _options, parts, progress, cancellationToken));
    }

    private static List<(WordTokens Tokens, int[] Labels)> Parts(TextTagger tagger, IEnumerable<TaggedText> texts) =>
        [.. texts.SelectMany(text => tagger.TokensOf(text.Text, text.Words).Where(part => part.Heads.Length > 0).Select(part => (part, tagger.Labels.IdsOf(text))))];

    private TokenHead CreateHead(TagLabels labels)
    {
        var head = new TokenHead(_encoder.Config with { Head = TextHead.TokenClassification, Labels = labels.Names });
        using var random = new Generator((ulong)_options.Seed);
        Blank.Draw(head, random);
        return (TokenHead)head.to(_encoder.Words.device);
    }

    private sealed class TaggingTask(TextTagger tagger, IReadOnlyList<TaggedText> validation) : FineTuningTask<(WordTokens Tokens, int[] Labels)>
    {
        protected override string Stage => "tagger";

        protected override int[] IdsOf((WordTokens Tokens, int[] Labels) part) => part.Tokens.Ids;

        protected override Tensor Loss(Tensor states, (WordTokens Tokens, int[] Labels)[] parts, Generator dropout)
        {
            var logits = tagger.Head.Forward(states, dropout); // (B, T, H) -> (B, T, L)
            return nn.functional.cross_entropy(logits.flatten(0, 1), Targets(parts, (int)states.shape[1]).to(states.device), ignore_index: IgnoredLabel);
        }

        protected override double Validate(CancellationToken cancellationToken) => validation.Count == 0
            ? double.NaN
            : TaggingReport.Of(tagger.Labels, validation, tagger.TagWords(validation, cancellationToken)).Entities.Overall.F1;

        // (B x T) a word's label at its first token, and what is ignored elsewhere.
        private static Tensor Targets((WordTokens Tokens, int[] Labels)[] batch, int longest)
        {
            var targets = new long[batch.Length * longest];
            Array.Fill(targets, IgnoredLabel);
            for (var row = 0; row < batch.Length; row++)
            {
                foreach (var (word, place) in batch[row].Tokens.Heads)
                {
                    targets[(row * longest) + place] = batch[row].Labels[word];
                }
            }

            return tensor(targets);
        }
    }
}

/// <summary>A tagger, and what its training took.</summary>
public sealed record TrainedTagger(TextTagger Tagger, FineTuningFigures Figures);
