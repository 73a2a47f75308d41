using System.Text.Json;
using OrleansSeg.Model.Bundles;
using OrleansSeg.Model.Text.Transformer;

namespace OrleansSeg.Model.Tests.Text.Checkpoints;

/// <summary>Writes small checkpoints, as Hugging Face lays them out, whose weights follow from their names alone.</summary>
internal static class TinyCheckpoint
{
    /// <summary>A shape that shows every mistake: widths differ, and three heads do not divide evenly into anything else.</summary>
    public static BertFamilyConfig Config(BertFamily family, TextHead head = TextHead.None) => new()
    {
        Family = family,
        Head = head,
        VocabularySize = 23,
        Hidden = 12,
        Layers = 2,
        Heads = 3,
        Intermediate = 20,
        Positions = 11,
        TokenTypes = family == BertFamily.DistilBert ? 0 : 2,
        PaddingId = family == BertFamily.Roberta ? 1 : 0,
        Labels = head is TextHead.SequenceClassification or TextHead.TokenClassification ? ["neg", "neu", "pos"] : [],
    };

    /// <summary>The weights of a shape under their published names: the encoder's, a pooler's, and the head's.</summary>
    public static Dictionary<string, StoredTensor> Weights(BertFamilyConfig config, string prefix)
    {
        var (hidden, names) = ((long)config.Hidden, new List<(string Name, long[] Shape)>());
        foreach (var (name, shape) in BertShapes.Of(config))
        {
            names.Add((prefix + (config.Family == BertFamily.DistilBert ? DistilBertName(name) : name), shape));
        }

        if (config.Family == BertFamily.Bert)
        {
            names.AddRange([($"{prefix}pooler.dense.weight", [hidden, hidden]), ($"{prefix}pooler.dense.bias", [hidden])]);
        }

        names.AddRange(HeadNames(config));
        return names.ToDictionary(entry => entry.Name, entry => Draw(entry.Name, entry.Shape));
    }

    /// <summary>Writes a folder: <c>config.json</c> and the weights in one file.</summary>
    public static string Save(string folder, BertFamilyConfig config, IReadOnlyDictionary<string, StoredTensor> weights)
    {
        Directory.CreateDirectory(folder);
        SaveConfig(folder, config);
        File.WriteAllBytes(Path.Combine(folder, "model.safetensors"), SafeTensors.Write(weights));
        return folder;
    }

    /// <summary>Writes <c>config.json</c> alone, with changes.</summary>
    public static void SaveConfig(string folder, BertFamilyConfig config, params (string Name, object? Value)[] changes)
    {
        var json = Fields(config);
        foreach (var (name, value) in changes)
        {
            json[name] = value;
        }

        File.WriteAllText(Path.Combine(folder, "config.json"), JsonSerializer.Serialize(json));
    }

    private static Dictionary<string, object?> Fields(BertFamilyConfig config)
    {
        var distil = config.Family == BertFamily.DistilBert;
        var (model, architecture) = config.Family switch
        {
            BertFamily.Bert => ("bert", "Bert"),
            BertFamily.Roberta => ("xlm-roberta", "XLMRoberta"),
            _ => ("distilbert", "DistilBert"),
        };
        var ending = config.Head switch
        {
            TextHead.SequenceClassification => "ForSequenceClassification",
            TextHead.TokenClassification => "ForTokenClassification",
            TextHead.MaskedLanguage => "ForMaskedLM",
            _ => "Model",
        };
        var fields = new Dictionary<string, object?>
        {
            ["model_type"] = model,
            ["architectures"] = new[] { architecture + ending },
            ["vocab_size"] = config.VocabularySize,
            ["max_position_embeddings"] = config.Positions,
            ["pad_token_id"] = config.PaddingId,
            [distil ? "dim" : "hidden_size"] = config.Hidden,
            [distil ? "n_layers" : "num_hidden_layers"] = config.Layers,
            [distil ? "n_heads" : "num_attention_heads"] = config.Heads,
            [distil ? "hidden_dim" : "intermediate_size"] = config.Intermediate,
            [distil ? "activation" : "hidden_act"] = config.Activation switch { Activation.GeluTanh => "gelu_new", Activation.Relu => "relu", _ => "gelu" },
        };
        if (!distil)
        {
            (fields["type_vocab_size"], fields["layer_norm_eps"]) = (config.TokenTypes, config.NormEpsilon);
        }

        if (!config.Labels.IsEmpty)
        {
            fields["id2label"] = config.Labels.Select((label, id) => (label, id)).ToDictionary(entry => $"{entry.id}", entry => entry.label);
        }

        return fields;
    }

    private static string DistilBertName(string name) => name
        .Replace("encoder.layer", "transformer.layer", StringComparison.Ordinal)
        .Replace("attention.self.query", "attention.q_lin", StringComparison.Ordinal)
        .Replace("attention.self.key", "attention.k_lin", StringComparison.Ordinal)
        .Replace("attention.self.value", "attention.v_lin", StringComparison.Ordinal)
        .Replace("attention.output.dense", "attention.out_lin", StringComparison.Ordinal)
        .Replace("attention.output.LayerNorm", "sa_layer_norm", StringComparison.Ordinal)
        .Replace("intermediate.dense", "ffn.lin1", StringComparison.Ordinal)
        .Replace("output.dense", "ffn.lin2", StringComparison.Ordinal)
        .Replace("output.LayerNorm", "output_layer_norm", StringComparison.Ordinal);

    private static IEnumerable<(string Name, long[] Shape)> HeadNames(BertFamilyConfig config)
    {
        long hidden = config.Hidden, labels = config.Labels.Length;
        return (config.Head, config.Family) switch
        {
            (TextHead.SequenceClassification, BertFamily.Bert) => [("classifier.weight", [labels, hidden]), ("classifier.bias", [labels])],
            (TextHead.SequenceClassification, BertFamily.Roberta) =>
            [
                ("classifier.dense.weight", [hidden, hidden]), ("classifier.dense.bias", [hidden]),
                ("classifier.out_proj.weight", [labels, hidden]), ("classifier.out_proj.bias", [labels]),
            ],
            (TextHead.SequenceClassification, _) =>
            [
                ("pre_classifier.weight", [hidden, hidden]), ("pre_classifier.bias", [hidden]),
                ("classifier.weight", [labels, hidden]), ("classifier.bias", [labels]),
            ],
            (TextHead.TokenClassification, _) => [("classifier.weight", [labels, hidden]), ("classifier.bias", [labels])],
            (TextHead.MaskedLanguage, var family) => MaskedNames(family, hidden, config.VocabularySize),
            _ => [],
        };
    }

    private static IEnumerable<(string Name, long[] Shape)> MaskedNames(BertFamily family, long hidden, long vocabulary)
    {
        var (dense, norm, bias) = family switch
        {
            BertFamily.Bert => ("cls.predictions.transform.dense", "cls.predictions.transform.LayerNorm", "cls.predictions.bias"),
            BertFamily.Roberta => ("lm_head.dense", "lm_head.layer_norm", "lm_head.bias"),
            _ => ("vocab_transform", "vocab_layer_norm", "vocab_projector.bias"),
        };
        return
        [
            ($"{dense}.weight", [hidden, hidden]), ($"{dense}.bias", [hidden]), ($"{norm}.weight", [hidden]), ($"{norm}.bias", [hidden]), (bias, [vocabulary]),
        ];
    }

    private static StoredTensor Draw(string name, long[] shape)
    {
        var seed = name.Aggregate(17, (sum, c) => unchecked((sum * 31) + c));
        var random = new Random(seed);
        var count = shape.Aggregate(1L, (product, size) => product * size);
        return new StoredTensor(shape, [.. Enumerable.Range(0, (int)count).Select(_ => (float)((random.NextDouble() * 1.2) - 0.5))]);
    }
}
