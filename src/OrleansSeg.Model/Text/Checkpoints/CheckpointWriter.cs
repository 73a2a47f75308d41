using System.Text.Json;
using OrleansSeg.Model.Bundles;
using OrleansSeg.Model.Text.Transformer;
using TorchSharp;
using static TorchSharp.torch;

namespace OrleansSeg.Model.Text.Checkpoints;

/// <summary>Writes a BERT with its masked language head and WordPiece vocabulary as Hugging Face lays them out, pooled by the mean.</summary>
internal static class CheckpointWriter
{
    private const string Prefix = "bert.";

    private static readonly string[] Architectures = ["BertForMaskedLM"];

    /// <summary>Writes the folder.</summary>
    public static void Save(string folder, BertEncoder encoder, MaskedHead head, IReadOnlyList<string> vocabulary)
    {
        var config = encoder.Config;
        Directory.CreateDirectory(Path.Combine(folder, "1_Pooling"));
        WriteJson(folder, BertFamilyConfigFile.Name, new Dictionary<string, object>
        {
            ["architectures"] = Architectures,
            ["model_type"] = "bert",
            ["vocab_size"] = config.VocabularySize,
            ["hidden_size"] = config.Hidden,
            ["num_hidden_layers"] = config.Layers,
            ["num_attention_heads"] = config.Heads,
            ["intermediate_size"] = config.Intermediate,
            ["max_position_embeddings"] = config.Positions,
            ["type_vocab_size"] = config.TokenTypes,
            ["pad_token_id"] = config.PaddingId,
            ["hidden_act"] = "gelu",
            ["layer_norm_eps"] = config.NormEpsilon,
            ["hidden_dropout_prob"] = config.Dropout,
        });
        WriteJson(folder, "tokenizer_config.json", new Dictionary<string, object>
        {
            ["tokenizer_class"] = "BertTokenizer",
            ["do_lower_case"] = true,
            ["model_max_length"] = config.TokensMax,
        });
        WriteJson(folder, "modules.json", new object[] { Module(0, "", "Transformer"), Module(1, "1_Pooling", "Pooling") });
        WriteJson(folder, "1_Pooling/config.json", new Dictionary<string, object>
        {
            ["word_embedding_dimension"] = config.Hidden,
            ["pooling_mode_mean_tokens"] = true,
        });
        File.WriteAllText(Path.Combine(folder, "vocab.txt"), string.Concat(vocabulary.Select(entry => entry + "\n")));

        var names = new CheckpointNames(BertFamily.Bert, Prefix);
        var weights = new Dictionary<string, StoredTensor>(StringComparer.Ordinal);
        Collect(weights, encoder, name => names.OfEncoder(name).First());
        Collect(weights, head, name => names.OfHead(TextHead.MaskedLanguage, name).First());
        using var file = File.Create(Path.Combine(folder, CheckpointTensors.WholeFile));
        SafeTensors.Write(file, weights);
    }

    private static void Collect(Dictionary<string, StoredTensor> weights, nn.Module module, Func<string, string> nameOf)
    {
        using var scope = NewDisposeScope();
        foreach (var (name, weight) in module.named_parameters())
        {
            weights.Add(nameOf(name), new StoredTensor(weight.shape, weight.detach().to(CPU).contiguous().data<float>().ToArray()));
        }
    }

    private static Dictionary<string, object> Module(int index, string path, string type) => new()
    {
        ["idx"] = index,
        ["name"] = $"{index}",
        ["path"] = path,
        ["type"] = $"sentence_transformers.models.{type}",
    };

    private static void WriteJson(string folder, string file, object value) =>
        File.WriteAllBytes(Path.Combine(folder, file), JsonSerializer.SerializeToUtf8Bytes(value, BundleJson.Indented));
}
