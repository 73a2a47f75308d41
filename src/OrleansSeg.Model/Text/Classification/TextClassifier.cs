using System.Collections.Immutable;
using OrleansSeg.Model.Native;
using OrleansSeg.Model.Text.Checkpoints;
using OrleansSeg.Model.Text.FineTuning;
using OrleansSeg.Model.Text.Tagging;
using OrleansSeg.Model.Text.Tokenization;
using OrleansSeg.Model.Text.Transformer;
using static TorchSharp.torch;

namespace OrleansSeg.Model.Text.Classification;

/// <summary>Tells one label of a text: a text encoder, its pooler and a label for the whole. B texts, T tokens, L labels.</summary>
/// <remarks>Answers from any thread; nobody disposes it meanwhile. Of a text that is longer than the model reads, the end is not seen.</remarks>
public sealed class TextClassifier : IDisposable
{
    private const string AdapterName = "adapter";
    private const int TextsPerBatch = 32;

    private readonly TextTokenizer _tokenizer;

    internal TextClassifier(TextTokenizer tokenizer, BertEncoder encoder, SequenceHead head, ImmutableArray<string> labels, TextAdapter? adapter)
    {
        LibTorch.EnsureLoadable();
        (_tokenizer, Encoder, Head, Labels, Adapter) = (tokenizer, encoder, head, labels, adapter);
    }

    /// <summary>What it tells, in the order of the answers.</summary>
    public ImmutableArray<string> Labels { get; }

    internal BertEncoder Encoder { get; }

    internal SequenceHead Head { get; }

    internal TextAdapter? Adapter { get; private set; }

    /// <summary>Loads one that was saved here, or a published classifier of the BERT family.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="device">Where the weights will live; null for the CPU.</param>
    /// <exception cref="CheckpointException">The folder is none that can be loaded, or of another task.</exception>
    public static TextClassifier Load(string folder, Device? device = null)
    {
        var tokenizer = TextTagger.ReadTokenizer(folder);
        var checkpoint = TextCheckpoint.Load(folder, device);
        try
        {
            var head = checkpoint.SequenceHead ?? throw new CheckpointException($"{folder} is of no classifier of texts: its head is {checkpoint.Config.Head}.");
            var adapter = Path.Combine(folder, AdapterName);
            return new TextClassifier(
                tokenizer, checkpoint.Encoder, head, checkpoint.Config.Labels, Directory.Exists(adapter) ? AdapterFolder.Load(adapter, checkpoint.Encoder) : null);
        }
        catch
        {
            checkpoint.Dispose();
            throw;
        }
    }

    /// <summary>(N, L) the labels' probabilities of each text, in order.</summary>
    /// <param name="texts">(N) the texts; an empty one is told by its special tokens alone.</param>
    /// <param name="cancellationToken">Stops between two batches.</param>
    public IReadOnlyList<float[]> Classify(IReadOnlyList<string> texts, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(texts);
        return Tell([.. texts.Select(Layout)], cancellationToken);
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
        CheckpointWriter.Write(folder, Encoder.Config with { Head = TextHead.SequenceClassification, Labels = Labels }, Encoder, Head, tokenizerFiles);
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

    /// <summary>(T) token ids of a text.</summary>
    internal int[] Layout(string text) => _tokenizer.Encode(text, Encoder.Config.TokensMax).Ids;

    /// <summary>(N, L) the labels' probabilities of texts that are laid out.</summary>
    internal float[][] Tell(IReadOnlyList<int[]> texts, CancellationToken cancellationToken)
    {
        var told = new float[texts.Count][];
        foreach (var batch in Enumerable.Range(0, texts.Count).OrderBy(text => texts[text].Length).Chunk(TextsPerBatch))
        {
            cancellationToken.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            using var quiet = no_grad();
            using var tokens = TokenBatch.Of([.. batch.Select(text => texts[text])], Encoder.Config.PaddingId, device: Encoder.Words.device);
            var chances = Head.Forward(Encoder.Forward(tokens, null, Adapter)).to(float32).softmax(1).cpu().contiguous(); // (B, T, H) -> (B, L)
            foreach (var (text, answer) in batch.Zip(chances.data<float>().ToArray().Chunk(Labels.Length)))
            {
                told[text] = answer;
            }
        }

        return told;
    }
}
