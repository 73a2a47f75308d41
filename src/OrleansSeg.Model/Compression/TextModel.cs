using OrleansSeg.Model.Bundles;
using OrleansSeg.Model.Text.Checkpoints;
using OrleansSeg.Model.Text.Pooling;
using OrleansSeg.Model.Text.Tagging;
using OrleansSeg.Model.Text.Tokenization;
using OrleansSeg.Model.Text.Transformer;
using TorchSharp;
using static TorchSharp.torch;

namespace OrleansSeg.Model.Compression;

/// <summary>A text model's folder in memory, with what lies beside its weights, so that a smaller one can be written in its place.</summary>
public sealed class TextModel : IDisposable
{
    private const string AdapterFolder = "adapter";

    private TextTokenizer? _tokenizer;

    internal TextModel(BertEncoder encoder, Pooler? pooler, nn.Module? head, TextPooling pooling, IReadOnlyDictionary<string, byte[]> files) =>
        (Encoder, Pooler, Head, Pooling, Files) = (encoder, pooler, head, pooling, files);

    /// <summary>Its shape and labels.</summary>
    public BertFamilyConfig Config => Encoder.Config;

    /// <summary>Numbers in its weights.</summary>
    public long WeightCount => new[] { Encoder, Pooler, Head }.Sum(part => part?.parameters().Sum(weight => weight.numel()) ?? 0);

    internal BertEncoder Encoder { get; }

    internal Pooler? Pooler { get; }

    internal nn.Module? Head { get; }

    internal TextPooling Pooling { get; }

    /// <summary>The files of its tokenizer and pooling, by their paths in the folder.</summary>
    internal IReadOnlyDictionary<string, byte[]> Files { get; }

    /// <summary>Reads a folder: an encoder, with or without a head, or a tagger.</summary>
    /// <param name="folder">The folder.</param>
    /// <exception cref="CheckpointException">It cannot be loaded, computes in less than fp32 already, or has an adapter beside its encoder.</exception>
    public static TextModel Read(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        if (Directory.Exists(Path.Combine(folder, AdapterFolder)))
        {
            throw new CheckpointException($"{folder} has an adapter beside its encoder, which cannot be made small with it: train the tagger with full, lora or adalora, which are merged.");
        }

        var tokenizer = TextTagger.ReadTokenizer(folder);
        var files = TokenizerFiles.BytesOf(folder);
        foreach (var (name, bytes) in PoolingFiles.BytesOf(folder))
        {
            files.Add(name, bytes);
        }

        var checkpoint = TextCheckpoint.LoadForTraining(folder);

        // BERT's classifier of texts has the pooler in its head, under the same names.
        var pooler = checkpoint.Head is SequenceHead ? null : checkpoint.Pooler;
        return new TextModel(checkpoint.Encoder, pooler, checkpoint.Head, checkpoint.Pooling, files) { _tokenizer = tokenizer };
    }

    /// <summary>Shape and precision of a folder's model; no weights are read.</summary>
    /// <exception cref="CheckpointException">The configuration is missing or malformed.</exception>
    public static BertFamilyConfig ConfigOf(string folder) => BertFamilyConfigFile.Read(folder);

    /// <summary>Token ids of a text, cut off where the model can read no more.</summary>
    /// <exception cref="InvalidOperationException">The model was not read from a folder.</exception>
    public int[] Tokenize(string text) => (_tokenizer ?? throw new InvalidOperationException("Only a model that was read from a folder has its tokenizer.")).Encode(text, Config.TokensMax).Ids;

    /// <summary>Writes a folder that every reader of text models here takes as it stands.</summary>
    /// <param name="folder">The folder; made where it is missing.</param>
    /// <param name="precision">What it will compute in; the weights are stored accordingly, tables of 8-bit models in fp16.</param>
    /// <param name="storesHalves">Whether tables and products of an fp32 model are stored in fp16 all the same: half the file, and nothing else changes.</param>
    public void Write(string folder, ComputePrecision precision = ComputePrecision.Single, bool storesHalves = false)
    {
        var table = precision switch
        {
            ComputePrecision.Int8 or ComputePrecision.Half => SafeTensorsType.Half,
            ComputePrecision.BFloat16 => SafeTensorsType.BFloat16,
            _ => storesHalves ? SafeTensorsType.Half : SafeTensorsType.Single,
        };
        CheckpointWriter.Write(folder, Config with { Precision = precision }, Encoder, Head, Files, Pooler, table);
    }

    /// <summary>A model of another shape of the same width and head, whose weights are made of this one's.</summary>
    /// <param name="config">The shape.</param>
    /// <param name="weightOf">A weight of the new encoder, by its name; it is copied.</param>
    /// <param name="files">Files of tokenizer and pooling; null for this one's.</param>
    internal TextModel Reshaped(BertFamilyConfig config, Func<string, Tensor> weightOf, IReadOnlyDictionary<string, byte[]>? files = null)
    {
        var encoder = new BertEncoder(config);
        using var quiet = no_grad();
        foreach (var (name, weight) in encoder.named_parameters())
        {
            using var scope = NewDisposeScope();
            weight.copy_(weightOf(name));
        }

        encoder.eval();
        return new TextModel(encoder, Copied(Pooler, () => new Pooler(config, Activation.Tanh)), CopyOfHead(config), Pooling, files ?? Files);
    }

    /// <summary>A copy of the head for a model of the same width; null where there is none.</summary>
    internal nn.Module? CopyOfHead(BertFamilyConfig config) => Head switch
    {
        null => null,
        TokenHead head => Copied(head, () => new TokenHead(config)),
        SequenceHead head => Copied(head, () => new SequenceHead(config)),
        MaskedHead head => Copied(head, () => new MaskedHead(config)),
        _ => throw new InvalidOperationException($"{Head.GetName()} is no head. This is a bug."),
    };

    private static T? Copied<T>(T? module, Func<T> make)
        where T : nn.Module
    {
        if (module is null)
        {
            return null;
        }

        var made = make();
        using var quiet = no_grad();
        foreach (var (own, theirs) in made.parameters().Zip(module.parameters()))
        {
            own.copy_(theirs);
        }

        made.eval();
        return made;
    }

    /// <inheritdoc />
    public void Dispose()
    {
        Encoder.Dispose();
        Pooler?.Dispose();
        Head?.Dispose();
    }
}
