using System.Diagnostics;
using OrleansSeg.Model.Native;
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
    private const int BatchesPerSort = 32;

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
        return (new TaggerTrainer(tokenizer, TextCheckpoint.Load(folder).Encoder, options), TokenizerFiles.BytesOf(folder));
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
        using var threads = TorchThreads.Fix(_options.Threads);
        var clock = Stopwatch.StartNew();
        var adapter = _options.Adapter is null ? null : new TextAdapter(_encoder, _options.Adapter, _options.Seed);
        var tagger = new TextTagger(_tokenizer, _encoder, CreateHead(labels), labels, adapter);
        var parts = Parts(tagger, texts);
        if (parts.Count == 0 || labels.Names.Length < 2)
        {
            throw new InsufficientDataException("No text to learn from has a labelled word.");
        }

        var perEpoch = (parts.Count + _options.BatchSize - 1) / _options.BatchSize;
        using var loop = new FineTuningLoop(_encoder, tagger.Head, adapter, _options, perEpoch * _options.Epochs);
        var shuffle = new Random(_options.Seed);
        using var best = new KeptWeights();
        var bestF1 = double.NegativeInfinity;
        for (var epoch = 1; epoch <= _options.Epochs; epoch++)
        {
            var loss = RunEpoch(tagger, loop, Batches(parts, shuffle), cancellationToken);
            var report = validation.Count == 0 ? null : TaggingReport.Of(labels, validation, tagger.TagWords(validation, cancellationToken));
            progress?.Report(new TrainingProgress("tagger", epoch, _options.Epochs, loss, report?.Entities.Overall.F1 ?? double.NaN));
            if (report is null || !_options.ChoosesEpoch || report.Entities.Overall.F1 > bestF1)
            {
                bestF1 = report?.Entities.Overall.F1 ?? double.NaN;
                best.Keep(Trained(tagger));
            }
        }

        best.Restore(Trained(tagger));
        var all = _encoder.parameters().Concat(tagger.Head.parameters()).Sum(weight => weight.numel()) + (adapter?.WeightCount ?? 0);
        return new TrainedTagger(tagger, new FineTuningFigures(loop.TrainedCount, all, clock.Elapsed, bestF1));
    }

    private static IEnumerable<(string Name, Tensor Weight)> Trained(TextTagger tagger) =>
    [
        .. tagger.Head.named_parameters().Select(pair => ("head." + pair.name, (Tensor)pair.parameter)),
        .. tagger.Adapter is null ? tagger.Encoder.named_parameters().Select(pair => (pair.name, (Tensor)pair.parameter)) : tagger.Adapter.Weights.Select(pair => (pair.Name, (Tensor)pair.Weight)),
    ];

    private static List<(WordTokens Tokens, int[] Labels)> Parts(TextTagger tagger, IEnumerable<TaggedText> texts) =>
        [.. texts.SelectMany(text => tagger.Layout(text.Text, text.Words).Where(part => part.Heads.Length > 0).Select(part => (part, tagger.Labels.IdsOf(text))))];

    private TokenHead CreateHead(TagLabels labels)
    {
        var head = new TokenHead(_encoder.Config with { Head = TextHead.TokenClassification, Labels = labels.Names });
        using var random = new Generator((ulong)_options.Seed);
        Blank.Draw(head, random);
        return (TokenHead)head.to(_encoder.Words.device);
    }

    private static double RunEpoch(
        TextTagger tagger, FineTuningLoop loop, List<(WordTokens Tokens, int[] Labels)[]> batches, CancellationToken cancellationToken)
    {
        var sum = 0.0;
        for (var number = 0; number < batches.Count; number++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            using var tokens = TokenBatch.Of([.. batches[number].Select(part => part.Tokens.Ids)], tagger.Encoder.Config.PaddingId, device: tagger.Encoder.Words.device);
            var logits = tagger.Head.Forward(tagger.Encoder.Forward(tokens, loop.Dropout, tagger.Adapter), loop.Dropout); // (B, T, L)
            var loss = nn.functional.cross_entropy(logits.flatten(0, 1), Targets(batches[number], tokens), ignore_index: IgnoredLabel);
            sum += loop.Learn(loss, isLast: number == batches.Count - 1);
        }

        return sum / batches.Count;
    }

    // (B x T) a word's label at its first token, and what is ignored elsewhere.
    private static Tensor Targets((WordTokens Tokens, int[] Labels)[] batch, TokenBatch tokens)
    {
        var longest = (int)tokens.Ids.shape[1];
        var targets = new long[batch.Length * longest];
        Array.Fill(targets, IgnoredLabel);
        for (var row = 0; row < batch.Length; row++)
        {
            foreach (var (word, place) in batch[row].Tokens.Heads)
            {
                targets[(row * longest) + place] = batch[row].Labels[word];
            }
        }

        return tensor(targets, device: tokens.Ids.device);
    }

    // Texts of like length stand together, so that little is padded, and batches come in any order.
    private List<(WordTokens Tokens, int[] Labels)[]> Batches(List<(WordTokens Tokens, int[] Labels)> parts, Random shuffle)
    {
        var order = parts.ToArray();
        shuffle.Shuffle(order);
        var batches = order.Chunk(_options.BatchSize * BatchesPerSort)
            .SelectMany(some => some.OrderBy(part => part.Tokens.Ids.Length).Chunk(_options.BatchSize))
            .ToArray();
        shuffle.Shuffle(batches);
        return [.. batches];
    }
}

/// <summary>A tagger, and what its training took.</summary>
public sealed record TrainedTagger(TextTagger Tagger, FineTuningFigures Figures);
