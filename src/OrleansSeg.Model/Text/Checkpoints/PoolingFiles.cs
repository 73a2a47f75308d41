using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using OrleansSeg.Model.Text.Pooling;
using OrleansSeg.Model.Text.Transformer;
using TorchSharp;

namespace OrleansSeg.Model.Text.Checkpoints;

/// <summary>Reads how a folder's vectors are pooled from the files that sentence-transformers puts beside the weights.</summary>
internal static class PoolingFiles
{
    private const string ModulesFile = "modules.json";
    private const string ConfigFile = "config.json";
    private const string LengthFile = "sentence_bert_config.json";

    private static readonly (string Field, PoolingKind Kind)[] Kinds =
    [
        ("pooling_mode_cls_token", PoolingKind.First),
        ("pooling_mode_max_tokens", PoolingKind.Max),
        ("pooling_mode_mean_tokens", PoolingKind.Mean),
        ("pooling_mode_mean_sqrt_len_tokens", PoolingKind.MeanOfRoot),
    ];

    /// <summary>The folder's pooling, or <see cref="TextPooling.Default"/> where it has no <c>modules.json</c>.</summary>
    /// <exception cref="CheckpointException">A file is malformed, or asks for what is not supported; the message names it.</exception>
    public static TextPooling Read(string folder, int hidden, torch.Device? device)
    {
        if (!File.Exists(Path.Combine(folder, ModulesFile)))
        {
            return TextPooling.Default;
        }

        var (kind, normalize) = (PoolingKind.None, false);
        PoolingDense? dense = null;
        foreach (var (type, path) in ReadModules(folder))
        {
            switch (type)
            {
                case "Transformer":
                    break;
                case "Pooling" when kind == PoolingKind.None:
                    kind = ReadKind(Path.Combine(folder, path), $"{path}/{ConfigFile}");
                    break;
                case "Dense" when kind != PoolingKind.None && dense is null && !normalize:
                    dense = ReadDense(Path.Combine(folder, path), path, hidden * System.Numerics.BitOperations.PopCount((uint)kind));
                    break;
                case "Normalize" when kind != PoolingKind.None:
                    normalize = true;
                    break;
                default:
                    throw new CheckpointException(
                        $"{ModulesFile} has a module '{Bundles.SafeTensorsHeader.Shown(type)}' where none of Transformer, Pooling, Dense, Normalize can stand, in that order.");
            }
        }

        return kind != PoolingKind.None
            ? new TextPooling(kind, normalize, device is null ? dense : (PoolingDense?)dense?.to(device))
            : throw new CheckpointException($"{ModulesFile} has no Pooling.");
    }

    /// <summary>Names of the files that <see cref="Read"/> and <see cref="ReadTokensMax"/> read, with <c>/</c> after a folder.</summary>
    /// <exception cref="CheckpointException">A file is malformed.</exception>
    public static IEnumerable<string> NamesIn(string folder)
    {
        var names = File.Exists(Path.Combine(folder, ModulesFile))
            ? ReadModules(folder).Where(module => module.Path.Length > 0)
                .SelectMany(module => new[] { $"{module.Path}/{ConfigFile}", $"{module.Path}/{CheckpointTensors.WholeFile}" }).Prepend(ModulesFile)
            : [];
        return names.Append(LengthFile).Where(name => File.Exists(Path.Combine(folder, name)));
    }

    /// <summary>The files that say how a folder's vectors are pooled, by their paths in it: what a model that keeps its width is saved with.</summary>
    /// <exception cref="CheckpointException">A file is malformed.</exception>
    public static Dictionary<string, byte[]> BytesOf(string folder) => NamesIn(folder).ToDictionary(file => file, file => File.ReadAllBytes(Path.Combine(folder, file)));

    /// <summary>The files of a pooling of one part of the states with a product after it, as sentence-transformers writes them.</summary>
    /// <param name="kind">What is taken of the states: one of the kinds.</param>
    /// <param name="dense">The product, without a curve.</param>
    /// <param name="hidden">Width of the states.</param>
    /// <param name="normalize">Whether the result has unit length.</param>
    public static Dictionary<string, byte[]> BytesOf(PoolingKind kind, PoolingDense dense, int hidden, bool normalize)
    {
        string[] types = ["Transformer", "Pooling", "Dense", .. normalize ? ["Normalize"] : Array.Empty<string>()];
        var modules = types.Select((type, index) => new JsonObject
        {
            ["idx"] = index, ["name"] = $"{index}", ["path"] = index == 0 ? "" : $"{index}_{type}", ["type"] = $"sentence_transformers.models.{type}",
        });
        var pooling = new JsonObject { ["word_embedding_dimension"] = hidden, [Kinds.First(entry => entry.Kind == kind).Field] = true };
        var product = new JsonObject { ["in_features"] = hidden, ["out_features"] = dense.Outputs, ["bias"] = true, ["activation_function"] = "torch.nn.modules.linear.Identity" };
        return new Dictionary<string, byte[]>
        {
            [ModulesFile] = Bytes(new JsonArray([.. modules])),
            [$"1_Pooling/{ConfigFile}"] = Bytes(pooling),
            [$"2_Dense/{ConfigFile}"] = Bytes(product),
            [$"2_Dense/{CheckpointTensors.WholeFile}"] = Bundles.SafeTensors.Write(new Dictionary<string, Bundles.StoredTensor>
            {
                ["linear.weight"] = Bundles.StoredTensor.Of(dense.Weights.Weight), ["linear.bias"] = Bundles.StoredTensor.Of(dense.Weights.Bias),
            }),
        };

        static byte[] Bytes(JsonNode node) => JsonSerializer.SerializeToUtf8Bytes(node, Bundles.BundleJson.Indented);
    }

    /// <summary>Most tokens that the folder's own configuration gives a text, or null.</summary>
    public static int? ReadTokensMax(string folder) =>
        File.Exists(Path.Combine(folder, LengthFile))
            && CheckpointJson.Read(folder, LengthFile) is var json
            && json.Whole("max_seq_length", 1, 1 << 20, 0) is > 0 and var length
                ? length
                : null;

    private static IEnumerable<(string Type, string Path)> ReadModules(string folder)
    {
        JsonElement list;
        try
        {
            list = CheckpointJson.Parse(File.ReadAllBytes(Path.Combine(folder, ModulesFile)));
        }
        catch (Exception exception) when (exception is JsonException or IOException or DecoderFallbackException)
        {
            throw new CheckpointException($"{ModulesFile} cannot be read: {exception.Message}", exception);
        }

        if (list.ValueKind != JsonValueKind.Array || list.EnumerateArray().Any(module => module.ValueKind != JsonValueKind.Object))
        {
            throw new CheckpointException($"{ModulesFile} is no list of objects.");
        }

        foreach (var module in list.EnumerateArray().Select(module => new CheckpointJson(ModulesFile, module)))
        {
            var (type, path) = (module.Text("type") ?? "", module.Text("path") ?? "");
            if (path.Any(c => !char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_' or '.')) || path.StartsWith('.'))
            {
                throw new CheckpointException($"{ModulesFile} has the path '{Bundles.SafeTensorsHeader.Shown(path)}', which is no folder within its own.");
            }

            // The class alone: what stands before it has changed with the library's versions.
            yield return (type[(type.LastIndexOf('.') + 1)..], path);
        }
    }

    private static PoolingKind ReadKind(string folder, string shown)
    {
        var json = CheckpointJson.Read(folder, ConfigFile);
        if (json.Text("pooling_mode") is { } named)
        {
            return named switch
            {
                "cls" => PoolingKind.First,
                "max" => PoolingKind.Max,
                "mean" => PoolingKind.Mean,
                "mean_sqrt_len_tokens" => PoolingKind.MeanOfRoot,
                _ => throw Unsupported(shown, named),
            };
        }

        var known = Kinds.Select(kind => kind.Field);
        var other = json.Root.EnumerateObject().FirstOrDefault(
            field => field.Name.StartsWith("pooling_mode_", StringComparison.Ordinal) && field.Value.ValueKind == JsonValueKind.True && !known.Contains(field.Name));
        if (other.Value.ValueKind == JsonValueKind.True)
        {
            throw Unsupported(shown, other.Name);
        }

        var kind = Kinds.Where(entry => json.Flag(entry.Field, false)).Aggregate(PoolingKind.None, (sum, entry) => sum | entry.Kind);
        return kind != PoolingKind.None ? kind : throw new CheckpointException($"{shown} has no pooling mode that is on.");
    }

    private static PoolingDense ReadDense(string folder, string path, int pooled)
    {
        var json = CheckpointJson.Read(folder, ConfigFile);
        var (inputs, outputs) = (json.Whole("in_features", 1, 1 << 16), json.Whole("out_features", 1, 1 << 16));
        if (inputs != pooled || !json.Flag("bias", true))
        {
            throw new CheckpointException($"{path}/{ConfigFile} has a product of {inputs} numbers, or one without a bias; the pooling gives {pooled}.");
        }

        var curve = json.Text("activation_function") ?? "Tanh";
        Activation? activation = curve[(curve.LastIndexOf('.') + 1)..] switch
        {
            "Identity" => null,
            "Tanh" => Activation.Tanh,
            "ReLU" => Activation.Relu,
            "GELU" => Activation.Gelu,
            _ => throw Unsupported($"{path}/{ConfigFile}", curve),
        };
        using var tensors = CheckpointTensors.Open(folder);
        var weights = new CheckpointWeights(tensors);
        weights.Find(["linear.weight"], [outputs, inputs]);
        var dense = new PoolingDense(inputs, outputs, activation);
        weights.Load(dense, name => [name]);
        return dense;
    }

    private static CheckpointException Unsupported(string file, string what) => new($"{file} asks for '{Bundles.SafeTensorsHeader.Shown(what)}', which is not supported.");
}
