using System.Collections.Immutable;
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

    internal TextTagger(TextTokenizer tokenizer, BertEncoder encoder, TokenHead head, TagLabels labels, TextAdapter? adapter)
    {
        LibTorch.EnsureLoadable();
        (_tokenizer, Encoder, Head, Labels, Adapter) = (tokenizer, encoder, head, labels, adapter);
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
        var words = texts.Select(TextWords.Split).ToList();
        var told = TellWords([.. texts.Zip(words)], cancellationToken);
        return [.. words.Zip(told, (places, ids) => SpansOf(places, ids))];
    }

    /// <summary>The label id of each word of texts whose words are known.</summary>
    /// <param name="texts">The texts.</param>
    /// <param name="cancellationToken">Stops between two batches.</param>
    public IReadOnlyList<int[]> TagWords(IReadOnlyList<TaggedText> texts, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(texts);
        var told = TellWords([.. texts.Select(text => (text.Text, text.Words))], cancellationToken);
        return told.ConvertAll(words => Array.ConvertAll(words, word => word.Label));
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
        Encoder.Dispose();
    }

    internal List<WordTokens> Layout(string text, IReadOnlyList<WordPlace> words) => WordTokens.Of(_tokenizer, text, words, Encoder.Config.TokensMax);

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

    private List<WordAnswer[]> TellWords(List<(string Text, ImmutableArray<WordPlace> Words)> texts, CancellationToken cancellationToken)
    {
        var outside = new WordAnswer(Labels.Names.IndexOf(TagLabels.Outside), 1);
        var told = texts.ConvertAll(text => Enumerable.Repeat(outside, text.Words.Length).ToArray());
        var parts = texts.SelectMany((text, number) => Layout(text.Text, text.Words).Select(tokens => (Number: number, Tokens: tokens)))
            .OrderBy(part => part.Tokens.Ids.Length);
        foreach (var batch in parts.Chunk(TextsPerBatch))
        {
            cancellationToken.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            using var quiet = no_grad();
            using var tokens = TokenBatch.Of([.. batch.Select(part => part.Tokens.Ids)], Encoder.Config.PaddingId, device: Encoder.Words.device);
            var chances = Head.Forward(Encoder.Forward(tokens, null, Adapter)).to(float32).softmax(2).cpu(); // (B, T, H) -> (B, T, L)
            var (values, longest) = (chances.contiguous().data<float>().ToArray(), (int)chances.shape[1]);
            for (var row = 0; row < batch.Length; row++)
            {
                foreach (var (word, place) in batch[row].Tokens.Heads)
                {
                    told[batch[row].Number][word] = WordAnswer.Of(values.AsSpan(((row * longest) + place) * Labels.Names.Length, Labels.Names.Length));
                }
            }
        }

        return told;
    }

    private ImmutableArray<TagSpan> SpansOf(ImmutableArray<WordPlace> words, WordAnswer[] told) =>
        [.. Labels.SpansOf(Array.ConvertAll(told, word => word.Label)).Select(span => new TagSpan(
            words[span.First].Start,
            words[span.Last].End,
            span.Label,
            told[span.First..(span.Last + 1)].Average(word => word.Probability)))];

    /// <summary>What a word was told to be.</summary>
    private readonly record struct WordAnswer(int Label, float Probability)
    {
        public static WordAnswer Of(ReadOnlySpan<float> chances)
        {
            var best = System.Numerics.Tensors.TensorPrimitives.IndexOfMax(chances);
            return new WordAnswer(best, chances[best]);
        }
    }
}
