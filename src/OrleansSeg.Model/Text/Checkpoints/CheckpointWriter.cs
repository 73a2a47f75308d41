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
    /// <param name="config">Shape, head and labels.</param>
    /// <param name="encoder">The encoder.</param>
    /// <param name="head">The head of the configuration; null for none.</param>
    /// <param name="tokenizerFiles">Files of the tokenizer, by name.</param>
    public static void Write(
        string folder, BertFamilyConfig config, BertEncoder encoder, nn.Module? head, IReadOnlyDictionary<string, byte[]> tokenizerFiles)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        ArgumentNullException.ThrowIfNull(config);
        Directory.CreateDirectory(folder);
        foreach (var (name, content) in tokenizerFiles)
        {
            File.WriteAllBytes(Path.Combine(folder, name), content);
        }

        File.WriteAllBytes(Path.Combine(folder, BertFamilyConfigFile.Name), BertFamilyConfigFile.Write(config));
        var names = new CheckpointNames(config.Family, config.Family switch { BertFamily.Roberta => "roberta.", BertFamily.DistilBert => "distilbert.", _ => "bert." });
        var weights = new Dictionary<string, StoredTensor>(StringComparer.Ordinal);
        Collect(weights, encoder, name => names.OfEncoder(name).First());
        if (head is not null)
        {
            Collect(weights, head, name => names.OfHead(config.Head, name).First());
        }

        using var file = File.Create(Path.Combine(folder, CheckpointTensors.WholeFile));
        SafeTensors.Write(file, weights);
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

    private static void Collect(Dictionary<string, StoredTensor> weights, nn.Module module, Func<string, string> nameOf)
    {
        foreach (var (name, weight) in module.named_parameters())
        {
            weights.Add(nameOf(name), StoredTensor.Of(weight));
        }
    }

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
