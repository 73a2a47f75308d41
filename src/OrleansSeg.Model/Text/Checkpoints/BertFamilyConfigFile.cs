using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using OrleansSeg.Model.Bundles;
using OrleansSeg.Model.Text.Transformer;

namespace OrleansSeg.Model.Text.Checkpoints;

/// <summary>Reads a checkpoint's <c>config.json</c>; what a family leaves out of the file has that family's default.</summary>
internal static class BertFamilyConfigFile
{
    /// <summary>The file's name.</summary>
    public const string Name = "config.json";

    private const string QuantizationField = "quantization_config";
    private const string MethodField = "quant_method";

    // Each row of a product's weight is whole numbers of 8 bits, and a scale in the tensor weight_scale beside it.
    private const string Int8Method = "int8_rows";

    // In what numbers to compute, and not in which the weights happen to be stored, which is what torch_dtype says in published folders.
    private const string PrecisionField = "compute_dtype";
    private const string BFloat16Name = "bfloat16";
    private const string HalfName = "float16";
    private const int WidthMax = 16_384;
    private const int LabelsMax = 10_000;

    /// <summary>Reads a folder's configuration.</summary>
    /// <exception cref="CheckpointException">It is missing or malformed, or the architecture is not supported; the message names it.</exception>
    public static BertFamilyConfig Read(string folder)
    {
        var json = CheckpointJson.Read(folder, Name);
        var family = FamilyOf(json);
        RefuseVariants(json);
        var config = family == BertFamily.DistilBert ? ReadDistilBert(json) : ReadBert(json, family);
        if (config.Hidden % config.Heads != 0 || config.TokensMax < 3)
        {
            throw new CheckpointException($"{Name} has {config.Heads} heads for a width of {config.Hidden}, and {config.Positions} positions.");
        }

        var head = HeadOf(json);
        config = CutLayers.Read(json, config) with { Precision = PrecisionOf(json) };
        return config with { Head = head, Labels = head is TextHead.SequenceClassification or TextHead.TokenClassification ? LabelsOf(json) : [] };
    }

    /// <summary>The file of a configuration.</summary>
    public static byte[] Write(BertFamilyConfig config)
    {
        var isDistil = config.Family == BertFamily.DistilBert;
        var architecture = config.Family switch { BertFamily.Bert => "Bert", BertFamily.Roberta => "Roberta", _ => "DistilBert" };
        var head = config.Head switch
        {
            TextHead.SequenceClassification => "ForSequenceClassification",
            TextHead.TokenClassification => "ForTokenClassification",
            TextHead.MaskedLanguage => "ForMaskedLM",
            _ => "Model",
        };
        var json = new JsonObject
        {
            ["model_type"] = architecture.ToLowerInvariant(),
            ["architectures"] = new JsonArray(architecture + head),
            ["vocab_size"] = config.VocabularySize,
            [isDistil ? "dim" : "hidden_size"] = config.Hidden,
            [isDistil ? "n_layers" : "num_hidden_layers"] = config.Layers,
            [isDistil ? "n_heads" : "num_attention_heads"] = config.Heads,
            [isDistil ? "hidden_dim" : "intermediate_size"] = config.Intermediate,
            ["max_position_embeddings"] = config.Positions,
            ["pad_token_id"] = config.PaddingId,
            [isDistil ? "activation" : "hidden_act"] = config.Activation switch { Activation.GeluTanh => "gelu_new", Activation.Relu => "relu", _ => "gelu" },
            [isDistil ? "dropout" : "hidden_dropout_prob"] = config.Dropout,
        };
        if (!isDistil)
        {
            (json["type_vocab_size"], json["layer_norm_eps"]) = (config.TokenTypes, config.NormEpsilon);
        }

        CutLayers.Write(json, config);
        WritePrecision(json, config.Precision);
        if (!config.Labels.IsEmpty)
        {
            json["id2label"] = new JsonObject(config.Labels.Select((label, id) => KeyValuePair.Create(id.ToString(CultureInfo.InvariantCulture), (JsonNode?)label)));
            json["label2id"] = new JsonObject(config.Labels.Select((label, id) => KeyValuePair.Create(label, (JsonNode?)id)));
        }

        return JsonSerializer.SerializeToUtf8Bytes(json, BundleJson.Indented);
    }

    private static BertFamilyConfig ReadBert(CheckpointJson json, BertFamily family) => new()
    {
        Family = family,
        VocabularySize = json.Whole("vocab_size", 1, 1 << 24),
        Hidden = json.Whole("hidden_size", 1, WidthMax),
        Layers = json.Whole("num_hidden_layers", 1, 256),
        Heads = json.Whole("num_attention_heads", 1, WidthMax),
        Intermediate = json.Whole("intermediate_size", 1, 4 * WidthMax),
        Positions = json.Whole("max_position_embeddings", 1, 1 << 20, 512),
        TokenTypes = json.Whole("type_vocab_size", 0, 1024, 2),
        PaddingId = json.Whole("pad_token_id", 0, (1 << 24) - 1, family == BertFamily.Roberta ? 1 : 0),
        Activation = ActivationOf(json.Text("hidden_act") ?? "gelu"),
        NormEpsilon = json.Real("layer_norm_eps", 0, 1, 1e-12),
        Dropout = json.Real("hidden_dropout_prob", 0, 0.99, 0.1),
    };

    private static BertFamilyConfig ReadDistilBert(CheckpointJson json) => new()
    {
        Family = BertFamily.DistilBert,
        VocabularySize = json.Whole("vocab_size", 1, 1 << 24),
        Hidden = json.Whole("dim", 1, WidthMax),
        Layers = json.Whole("n_layers", 1, 256),
        Heads = json.Whole("n_heads", 1, WidthMax),
        Intermediate = json.Whole("hidden_dim", 1, 4 * WidthMax),
        Positions = json.Whole("max_position_embeddings", 1, 1 << 20, 512),
        TokenTypes = 0,
        PaddingId = json.Whole("pad_token_id", 0, (1 << 24) - 1, 0),
        Activation = ActivationOf(json.Text("activation") ?? "gelu"),
        NormEpsilon = 1e-12,
        Dropout = json.Real("dropout", 0, 0.99, 0.1),
    };

    private static BertFamily FamilyOf(CheckpointJson json) => (json.Text("model_type") ?? Architecture(json)) switch
    {
        "bert" or "BertModel" => BertFamily.Bert,
        "roberta" or "xlm-roberta" or "camembert" => BertFamily.Roberta,
        "distilbert" => BertFamily.DistilBert,
        null => throw new CheckpointException($"{Name} names neither a model_type nor an architecture."),
        var other => throw new CheckpointException(
            $"{Name} is of the architecture '{Shown(other)}', which is not supported; bert, roberta, xlm-roberta, camembert and distilbert are."),
    };

    private static string? Architecture(CheckpointJson json) =>
        json.Root.TryGetProperty("architectures", out var list) && list.ValueKind == JsonValueKind.Array && list.GetArrayLength() > 0
            && list[0].ValueKind == JsonValueKind.String
                ? list[0].GetString()
                : null;

    // The end of an architecture's name says the head; "ForPreTraining" is masked language beside a task that nobody serves.
    private static TextHead HeadOf(CheckpointJson json) => Architecture(json) switch
    {
        null => TextHead.None,
        var name when name.EndsWith("ForSequenceClassification", StringComparison.Ordinal) => TextHead.SequenceClassification,
        var name when name.EndsWith("ForTokenClassification", StringComparison.Ordinal) => TextHead.TokenClassification,
        var name when name.EndsWith("ForMaskedLM", StringComparison.Ordinal) || name.EndsWith("ForPreTraining", StringComparison.Ordinal) => TextHead.MaskedLanguage,
        var name when name.EndsWith("Model", StringComparison.Ordinal) => TextHead.None,
        var name => throw new CheckpointException($"{Name} is of the architecture '{Shown(name)}', whose head is not supported."),
    };

    private static Activation ActivationOf(string name) => name switch
    {
        "gelu" => Activation.Gelu,
        "gelu_new" or "gelu_pytorch_tanh" or "gelu_fast" => Activation.GeluTanh,
        "relu" => Activation.Relu,
        _ => throw new CheckpointException($"{Name} has the activation '{Shown(name)}', which is not supported; gelu, gelu_new and relu are."),
    };

    private static void RefuseVariants(CheckpointJson json)
    {
        var positions = json.Text("position_embedding_type") ?? "absolute";
        if (positions != "absolute")
        {
            throw new CheckpointException($"{Name} has positions of the kind '{Shown(positions)}', which is not supported; absolute ones are.");
        }

        if (json.Flag("is_decoder", false) || json.Flag("add_cross_attention", false))
        {
            throw new CheckpointException($"{Name} is of a decoder, which is not supported; encoders are.");
        }
    }

    private static ComputePrecision PrecisionOf(CheckpointJson json)
    {
        if (json.Part(QuantizationField) is { } quantized)
        {
            return quantized.Text(MethodField) == Int8Method
                ? ComputePrecision.Int8
                : throw new CheckpointException(
                    $"{Name} is of weights quantized by '{Shown(quantized.Text(MethodField) ?? "")}', which is not supported; fp32, fp16, bf16 and {Int8Method} ones are.");
        }

        return json.Text(PrecisionField) switch
        {
            null => ComputePrecision.Single,
            BFloat16Name => ComputePrecision.BFloat16,
            HalfName => ComputePrecision.Half,
            var other => throw new CheckpointException($"{Name} has {PrecisionField} '{Shown(other)}'; {BFloat16Name} and {HalfName} are possible."),
        };
    }

    private static void WritePrecision(JsonObject json, ComputePrecision precision)
    {
        switch (precision)
        {
            case ComputePrecision.Int8:
                json[QuantizationField] = new JsonObject { [MethodField] = Int8Method, ["bits"] = 8 };
                break;
            case ComputePrecision.BFloat16:
                json[PrecisionField] = BFloat16Name;
                break;
            case ComputePrecision.Half:
                json[PrecisionField] = HalfName;
                break;
        }
    }

    private static ImmutableArray<string> LabelsOf(CheckpointJson json)
    {
        if (json.Part("id2label") is not { } names)
        {
            // Two labels without names are the published default.
            return [.. Enumerable.Range(0, json.Whole("num_labels", 1, LabelsMax, 2)).Select(id => $"LABEL_{id}")];
        }

        var labels = new SortedDictionary<int, string>();
        foreach (var entry in names.Root.EnumerateObject())
        {
            if (!int.TryParse(entry.Name, NumberStyles.None, CultureInfo.InvariantCulture, out var id) || entry.Value.ValueKind != JsonValueKind.String
                || !labels.TryAdd(id, entry.Value.GetString()!))
            {
                throw new CheckpointException($"{Name} has the label '{Shown(entry.Name)}' in id2label, which is no id, no text or repeated.");
            }
        }

        return labels.Count is > 0 and <= LabelsMax && labels.Keys.Last() == labels.Count - 1
            ? [.. labels.Values]
            : throw new CheckpointException($"{Name} has {labels.Count} labels in id2label, whose ids should run from 0 without a gap.");
    }

    private static string Shown(string name) => SafeTensorsHeader.Shown(name);
}
