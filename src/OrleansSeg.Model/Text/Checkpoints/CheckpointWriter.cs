using System.Text;
using System.Text.Json;
using OrleansSeg.Model.Bundles;
using OrleansSeg.Model.Text.Transformer;
using TorchSharp;
using static TorchSharp.torch;

namespace OrleansSeg.Model.Text.Checkpoints;

/// <summary>Writes text models as their families publish them, so that <see cref="TextCheckpoint.Load"/> and other software of the field read them.</summary>
internal static class CheckpointWriter
{
    /// <summary>Writes a folder; what is there under the same names is replaced.</summary>
    /// <param name="folder">The folder; made where it is missing.</param>
    /// <param name="config">Shape, head and labels, and the precision that it is written for.</param>
    /// <param name="encoder">The encoder, in fp32.</param>
    /// <param name="head">The head of the configuration; null for none.</param>
    /// <param name="files">Files beside the weights, by their paths within the folder: the tokenizer's, and those of the pooling.</param>
    /// <param name="pooler">BERT's pooler; null for none.</param>
    /// <param name="table">Numbers of the weights that have two dimensions; those of 8 bits for <see cref="ComputePrecision.Int8"/> are products alone.</param>
    /// <exception cref="InvalidOperationException">The encoder's own weights are of 8 bits: they are as they were written, and are written once.</exception>
    public static void Write(
        string folder, BertFamilyConfig config, BertEncoder encoder, nn.Module? head, IReadOnlyDictionary<string, byte[]> files, Pooler? pooler = null, SafeTensorsType? table = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        ArgumentNullException.ThrowIfNull(config);
        if (encoder.Config.Precision == ComputePrecision.Int8)
        {
            throw new InvalidOperationException("A model of 8-bit weights is not written again; its folder can be copied.");
        }

        Directory.CreateDirectory(folder);
        foreach (var (name, content) in files)
        {
            var path = Path.Combine(folder, name);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllBytes(path, content);
        }

        File.WriteAllBytes(Path.Combine(folder, BertFamilyConfigFile.Name), BertFamilyConfigFile.Write(config));
        var names = new CheckpointNames(config.Family, config.Family switch { BertFamily.Roberta => "roberta.", BertFamily.DistilBert => "distilbert.", _ => "bert." });
        var weights = new StoredWeights(config.Precision == ComputePrecision.Int8, table ?? SafeTensorsType.Single);
        weights.Add(encoder, name => names.OfEncoder(name).First());
        if (pooler is not null)
        {
            weights.Add(pooler, name => names.OfPooler(name).First());
        }

        if (head is not null)
        {
            weights.Add(head, name => names.OfHead(config.Head, name).First());
        }

        using var file = File.Create(Path.Combine(folder, CheckpointTensors.WholeFile));
        SafeTensors.Write(file, weights.Tensors);
    }

    /// <summary>Writes a BERT with its masked language head, pooled by the mean as sentence-transformers reads it.</summary>
    public static void Write(string folder, BertEncoder encoder, MaskedHead head, IReadOnlyList<string> vocabulary)
    {
        Write(folder, encoder.Config with { Head = TextHead.MaskedLanguage }, encoder, head, TokenizerFilesOf(vocabulary, encoder.Config));
        Directory.CreateDirectory(Path.Combine(folder, "1_Pooling"));
        WriteJson(folder, "modules.json", new object[] { Module(0, "", "Transformer"), Module(1, "1_Pooling", "Pooling") });
        WriteJson(folder, "1_Pooling/config.json", new Dictionary<string, object>
        {
            ["word_embedding_dimension"] = encoder.Config.Hidden,
            ["pooling_mode_mean_tokens"] = true,
        });
    }

    /// <summary>Files of a WordPiece vocabulary that was trained here.</summary>
    public static Dictionary<string, byte[]> TokenizerFilesOf(IReadOnlyList<string> vocabulary, BertFamilyConfig config) => new()
    {
        ["vocab.txt"] = Encoding.UTF8.GetBytes(string.Concat(vocabulary.Select(entry => entry + "\n"))),
        ["tokenizer_config.json"] = Json(new Dictionary<string, object>
        {
            ["tokenizer_class"] = "BertTokenizer",
            ["do_lower_case"] = true,
            ["model_max_length"] = config.TokensMax,
        }),
    };

    private static Dictionary<string, object> Module(int index, string path, string type) => new()
    {
        ["idx"] = index,
        ["name"] = $"{index}",
        ["path"] = path,
        ["type"] = $"sentence_transformers.models.{type}",
    };

    private static void WriteJson(string folder, string file, object value) => File.WriteAllBytes(Path.Combine(folder, file), Json(value));

    private static byte[] Json(object value) => JsonSerializer.SerializeToUtf8Bytes(value, BundleJson.Indented);
}
