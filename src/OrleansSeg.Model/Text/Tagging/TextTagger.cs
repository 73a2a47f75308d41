using System.Collections.Immutable;
using OrleansSeg.Events;
using OrleansSeg.Model.Native;
using OrleansSeg.Model.Text.Checkpoints;
using OrleansSeg.Model.Text.FineTuning;
using OrleansSeg.Model.Text.Tokenization;
using OrleansSeg.Model.Text.Transformer;
using static TorchSharp.torch;

namespace OrleansSeg.Model.Text.Tagging;

/// <summary>Finds stretches of texts that have a label: a text encoder and a label for each word. B texts, T tokens, L labels.</summary>
/// <remarks>Answers from any thread; nobody disposes it meanwhile.</remarks>
public sealed class TextTagger : IDisposable
{
    private const string AdapterName = "adapter";
    private const int TextsPerBatch = 32;

    private readonly TextTokenizer _tokenizer;
    private readonly bool _sharesEncoder;

    internal TextTagger(TextTokenizer tokenizer, BertEncoder encoder, TokenHead head, TagLabels labels, TextAdapter? adapter, bool sharesEncoder = false)
    {
        LibTorch.EnsureLoadable();
        (_tokenizer, Encoder, Head, Labels, Adapter, _sharesEncoder) = (tokenizer, encoder, head, labels, adapter, sharesEncoder);
    }

    /// <summary>What it tells.</summary>
    public TagLabels Labels { get; }

    internal BertEncoder Encoder { get; }

    internal TokenHead Head { get; }

    internal TextAdapter? Adapter { get; private set; }

    /// <summary>Loads one that was saved here, or a published token classifier of the BERT family.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="device">Where the weights will live; null for the CPU.</param>
    /// <param name="precision">In what numbers to compute; null for what the folder says.</param>
    /// <exception cref="CheckpointException">The folder is none that can be loaded, or of another task.</exception>
    public static TextTagger Load(string folder, Device? device = null, ComputePrecision? precision = null)
    {
        var checkpoint = TextCheckpoint.Load(folder, device, precision);
        if (checkpoint.TokenHead is not { } head)
        {
            checkpoint.Dispose();
            throw new CheckpointException($"{folder} is of no token classifier: its head is {checkpoint.Config.Head}.");
        }

        try
        {
            var tokenizer = ReadTokenizer(folder);
            var adapter = Path.Combine(folder, AdapterName);
            return new TextTagger(tokenizer, checkpoint.Encoder, head, LabelsOf(checkpoint.Config), Directory.Exists(adapter) ? AdapterFolder.Load(adapter, checkpoint.Encoder) : null);
        }
        catch
        {
            checkpoint.Dispose();
            throw;
        }
    }

    /// <summary>The labelled stretches of each text, in order.</summary>
    /// <param name="texts">The texts.</param>
    /// <param name="cancellationToken">Stops between two batches.</param>
    public IReadOnlyList<ImmutableArray<TagSpan>> Tag(IReadOnlyList<string> texts, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(texts);
        var layouts = texts.Select(LayOut).ToList();
        return [.. layouts.Zip(TellAll(layouts, cancellationToken), SpansOf)];
    }

    /// <summary>Lays a text out in the parts that one pass each can read, for whoever forms batches of several callers' texts.</summary>
    public TextLayout LayOut(string text) => LayOut(text, TextWords.Split(text));

    /// <summary>Tells parts of any texts in one pass: what <see cref="SpansOf"/> puts together.</summary>
    /// <param name="parts">At least one part, laid out by this tagger or one with the same encoder.</param>
    public IReadOnlyList<TextPartLabels> Tell(IReadOnlyList<TextPart> parts)
    {
        ArgumentNullException.ThrowIfNull(parts);
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        using var tokens = TokenBatch.Of([.. parts.Select(part => part.Tokens.Ids)], Encoder.Config.PaddingId, device: Encoder.Words.device);
        var chances = Head.Forward(Encoder.Forward(tokens, null, Adapter)).to(float32).softmax(2).cpu().contiguous(); // (B, T, H) -> (B, T, L)
        var (values, longest, labels) = (chances.data<float>().ToArray(), (int)chances.shape[1], Labels.Names.Length);
        return [.. parts.Select((part, row) => new TextPartLabels(
            [.. part.Tokens.Heads.Select(head => WordLabel.Of(head.Word, values.AsSpan(((row * longest) + head.Place) * labels, labels)))]))];
    }

    /// <summary>The labelled stretches of a text of which every part was told.</summary>
    /// <param name="layout">The text.</param>
    /// <param name="told">The answer for each of its parts, in order.</param>
    public ImmutableArray<TagSpan> SpansOf(TextLayout layout, IReadOnlyList<TextPartLabels> told)
    {
        ArgumentNullException.ThrowIfNull(layout);
        var words = WordsOf(layout, told);
        return
        [
            .. Labels.SpansOf(Array.ConvertAll(words, word => word.Label)).Select(span => new TagSpan(
                layout.Words[span.First].Start,
                layout.Words[span.Last].End,
                span.Label,
                words[span.First..(span.Last + 1)].Average(word => word.Probability))),
        ];
    }

    /// <summary>The label id of each word of texts whose words are known.</summary>
    /// <param name="texts">The texts.</param>
    /// <param name="cancellationToken">Stops between two batches.</param>
    public IReadOnlyList<int[]> TagWords(IReadOnlyList<TaggedText> texts, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(texts);
        var layouts = texts.Select(text => LayOut(text.Text, text.Words)).ToList();
        return [.. layouts.Zip(TellAll(layouts, cancellationToken), (layout, told) => Array.ConvertAll(WordsOf(layout, told), word => word.Label))];
    }

    /// <summary>Puts what was trained apart into the encoder, where it can be.</summary>
    public void Merge()
    {
        if (Adapter is { Options.Kind: not AdapterKind.Bottleneck } adapter)
        {
            adapter.Merge();
            adapter.Dispose();
            Adapter = null;
        }
    }

    /// <summary>Writes a folder that <see cref="Load"/> reads; without narrow layers other software of the field does, too.</summary>
    /// <param name="folder">The folder; made where it is missing.</param>
    /// <param name="tokenizerFiles">Files of the tokenizer, by name.</param>
    public void Save(string folder, IReadOnlyDictionary<string, byte[]> tokenizerFiles)
    {
        ArgumentNullException.ThrowIfNull(tokenizerFiles);
        var config = Encoder.Config with { Head = TextHead.TokenClassification, Labels = Labels.Names };
        CheckpointWriter.Write(folder, config, Encoder, Head, tokenizerFiles);
        if (Adapter is not null)
        {
            AdapterFolder.Save(Path.Combine(folder, AdapterName), Adapter, Encoder);
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        Adapter?.Dispose();
        Head.Dispose();
        if (!_sharesEncoder)
        {
            Encoder.Dispose();
        }
    }

    internal List<WordTokens> TokensOf(string text, IReadOnlyList<WordPlace> words) => WordTokens.Of(_tokenizer, text, words, Encoder.Config.TokensMax);

    /// <summary>The tokenizer of a folder whose token table has a row for each of its ids; no weights are read.</summary>
    /// <exception cref="CheckpointException">It is missing or malformed, or the table has too few rows.</exception>
    internal static TextTokenizer ReadTokenizer(string folder)
    {
        var (config, tokenizer) = (BertFamilyConfigFile.Read(folder), TokenizerFiles.Read(folder));
        return tokenizer.IdCount <= config.VocabularySize
            ? tokenizer
            : throw new CheckpointException($"The tokenizer has ids up to {tokenizer.IdCount - 1}, and the token table {config.VocabularySize} rows.");
    }

    private static TagLabels LabelsOf(BertFamilyConfig config)
    {
        try
        {
            return new TagLabels(config.Labels);
        }
        catch (ArgumentException exception)
        {
            throw new CheckpointException($"The labels are none of a tagger: {exception.Message}", exception);
        }
    }

    private TextLayout LayOut(string text, ImmutableArray<WordPlace> words) => new(words, [.. TokensOf(text, words).Select(tokens => new TextPart(tokens))]);

    private List<IReadOnlyList<TextPartLabels>> TellAll(IReadOnlyList<TextLayout> layouts, CancellationToken cancellationToken)
    {
        var told = layouts.Select(layout => new TextPartLabels[layout.Parts.Length]).ToList();
        var parts = layouts.SelectMany((layout, text) => layout.Parts.Select((part, place) => (Text: text, Place: place, Part: part))).OrderBy(entry => entry.Part.Length);
        foreach (var batch in parts.Chunk(TextsPerBatch))
        {
            cancellationToken.ThrowIfCancellationRequested();
            foreach (var (entry, answer) in batch.Zip(Tell([.. batch.Select(entry => entry.Part)])))
            {
                told[entry.Text][entry.Place] = answer;
            }
        }

        return told.ConvertAll(IReadOnlyList<TextPartLabels> (answers) => answers);
    }

    // Words that no part holds are outside.
    private WordLabel[] WordsOf(TextLayout layout, IReadOnlyList<TextPartLabels> told)
    {
        var outside = Labels.Names.IndexOf(TagLabels.Outside);
        var words = Enumerable.Range(0, layout.Words.Length).Select(word => new WordLabel(word, outside, 1)).ToArray();
        foreach (var answer in told.SelectMany(part => part.Words))
        {
            words[answer.Word] = answer;
        }

        return words;
    }
}
