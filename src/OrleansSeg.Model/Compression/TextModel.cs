using OrleansSeg.Model.Bundles;
using OrleansSeg.Model.Text.Checkpoints;
using OrleansSeg.Model.Text.Pooling;
using OrleansSeg.Model.Text.Transformer;
using static TorchSharp.torch;

namespace OrleansSeg.Model.Compression;

/// <summary>A text model's folder in memory, with what lies beside its weights, so that a smaller one can be written in its place.</summary>
public sealed class TextModel : IDisposable
{
    private const string AdapterFolder = "adapter";

    internal TextModel(BertEncoder encoder, Pooler? pooler, nn.Module? head, TextPooling pooling, IReadOnlyDictionary<string, byte[]> files) =>
        (Encoder, Pooler, Head, Pooling, Files) = (encoder, pooler, head, pooling, files);

    /// <summary>Its shape and labels.</summary>
    public BertFamilyConfig Config => Encoder.Config;

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

        _ = TokenizerFiles.Read(folder);
        var files = TokenizerFiles.BytesOf(folder);
        foreach (var (name, bytes) in PoolingFiles.BytesOf(folder))
        {
            files.Add(name, bytes);
        }

        var checkpoint = TextCheckpoint.LoadForTraining(folder);
        return new TextModel(checkpoint.Encoder, checkpoint.Pooler, checkpoint.Head, checkpoint.Pooling, files);
    }

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

    /// <inheritdoc />
    public void Dispose()
    {
        Encoder.Dispose();
        Pooling.Dispose();
        Pooler?.Dispose();
        Head?.Dispose();
    }
}
