using System.Text.Json;
using OrleansSeg.Model.Bundles;
using OrleansSeg.Model.Text.Checkpoints;
using OrleansSeg.Model.Text.FineTuning;
using OrleansSeg.Model.Text.Transformer;
using static TorchSharp.torch;

namespace OrleansSeg.Model.Text.Tagging;

/// <summary>A tagger in two parts, each a folder of files: an encoder that others may share, and the head, labels and adapter that are its own.</summary>
/// <param name="Encoder">Files of the encoder; those of two taggers with the same encoder are the same to the bit.</param>
/// <param name="Own">Files of its own.</param>
/// <param name="Labels">What it tells.</param>
public sealed record TaggerParts(IReadOnlyDictionary<string, byte[]> Encoder, IReadOnlyDictionary<string, byte[]> Own, TagLabels Labels)
{
    private const string LabelsFile = "labels.json";
    private const string HeadFile = "head.safetensors";

    /// <summary>Takes a tagger's folder apart. Cost: the weights are read and written once.</summary>
    /// <param name="folder">A folder that <see cref="TextTagger.Load"/> reads.</param>
    /// <exception cref="CheckpointException">It is none that can be loaded, or of another task.</exception>
    public static TaggerParts Of(string folder)
    {
        using var tagger = TextTagger.Load(folder);
        var scratch = Directory.CreateTempSubdirectory("orleansseg-tagger-");
        try
        {
            var (encoder, own) = (Path.Combine(scratch.FullName, "encoder"), Path.Combine(scratch.FullName, "own"));
            WriteEncoder(folder, encoder, tagger.Encoder);
            Directory.CreateDirectory(own);
            File.WriteAllBytes(Path.Combine(own, LabelsFile), JsonSerializer.SerializeToUtf8Bytes(tagger.Labels.Names, BundleJson.Indented));
            File.WriteAllBytes(
                Path.Combine(own, HeadFile), SafeTensors.Write(tagger.Head.named_parameters().ToDictionary(pair => pair.name, pair => StoredTensor.Of(pair.parameter))));
            if (tagger.Adapter is not null)
            {
                AdapterFolder.Save(own, tagger.Adapter, tagger.Encoder);
            }

            return new TaggerParts(FilesOf(encoder), FilesOf(own), tagger.Labels);
        }
        finally
        {
            scratch.Delete(recursive: true);
        }
    }

    internal static TagLabels ReadLabels(string folder)
    {
        try
        {
            return new TagLabels(JsonSerializer.Deserialize<string[]>(File.ReadAllBytes(Path.Combine(folder, LabelsFile))) ?? []);
        }
        catch (Exception exception) when (exception is JsonException or IOException or ArgumentException)
        {
            throw new CheckpointException($"{LabelsFile} holds no labels of a tagger: {exception.Message}", exception);
        }
    }

    internal static void ReadHead(string folder, TokenHead head)
    {
        Dictionary<string, StoredTensor> stored;
        try
        {
            stored = SafeTensors.Read(File.ReadAllBytes(Path.Combine(folder, HeadFile)));
        }
        catch (Exception exception) when (exception is InvalidDataException or IOException)
        {
            throw new CheckpointException($"{HeadFile} cannot be read: {exception.Message}", exception);
        }

        using var quiet = no_grad();
        foreach (var (name, weight) in head.named_parameters())
        {
            if (!stored.TryGetValue(name, out var found) || !found.Shape.SequenceEqual(weight.shape))
            {
                var shape = found is null ? "missing" : $"of shape ({string.Join(", ", found.Shape)})";
                throw new CheckpointException($"{HeadFile}: tensor '{name}' is {shape}, expected ({string.Join(", ", weight.shape)}).");
            }

            using var values = tensor(found.Values, found.Shape);
            weight.copy_(values);
        }
    }

    // Weights of fewer bits stay as they were written, and the head among them, which nobody reads there.
    private static void WriteEncoder(string folder, string target, BertEncoder encoder)
    {
        var tokenizer = TokenizerFiles.BytesOf(folder);
        if (encoder.Config.Precision == ComputePrecision.Single)
        {
            CheckpointWriter.Write(target, encoder.Config with { Head = TextHead.None, Labels = [] }, encoder, head: null, tokenizer);
            return;
        }

        Directory.CreateDirectory(target);
        foreach (var (name, content) in tokenizer)
        {
            File.WriteAllBytes(Path.Combine(target, name), content);
        }

        string[] weights = [BertFamilyConfigFile.Name, CheckpointTensors.IndexFile, .. Directory.EnumerateFiles(folder, "*.safetensors").Select(path => Path.GetFileName(path))];
        foreach (var name in weights.Where(name => File.Exists(Path.Combine(folder, name))))
        {
            File.Copy(Path.Combine(folder, name), Path.Combine(target, name));
        }
    }

    private static Dictionary<string, byte[]> FilesOf(string folder) =>
        Directory.EnumerateFiles(folder).ToDictionary(path => Path.GetFileName(path), File.ReadAllBytes, StringComparer.Ordinal);
}
