using System.Text.Json;
using System.Text.Json.Nodes;
using OrleansSeg.Model.Bundles;
using OrleansSeg.Model.Text.Checkpoints;
using OrleansSeg.Model.Text.Transformer;
using static TorchSharp.torch;

namespace OrleansSeg.Model.Text.FineTuning;

/// <summary>Adapters on disk, apart from their encoders: <c>adapter_config.json</c> and <c>adapter_model.safetensors</c>, as Hugging Face's PEFT lays them out.</summary>
/// <remarks>
/// Low-rank adapters that PEFT saved for a BERT-shaped encoder load as they are. Narrow layers are no kind of PEFT's; theirs is ours. The
/// base's hash is in the configuration, so that an adapter is not put on another encoder by mistake.
/// </remarks>
public static class AdapterFolder
{
    private const string ConfigFile = "adapter_config.json";
    private const string WeightsFile = "adapter_model.safetensors";
    private const string Prefix = "base_model.model.";
    private const string BaseField = "base_sha256";

    private static readonly string[] EncoderPrefixes = ["", "bert.", "roberta."];

    /// <summary>Whether a folder holds an adapter.</summary>
    public static bool IsIn(string folder) => File.Exists(Path.Combine(folder, ConfigFile));

    /// <summary>Writes an adapter.</summary>
    /// <param name="folder">The folder; made where it is missing.</param>
    /// <param name="adapter">The adapter.</param>
    /// <param name="encoder">The encoder it is for.</param>
    public static void Save(string folder, TextAdapter adapter, BertEncoder encoder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        ArgumentNullException.ThrowIfNull(adapter);
        var options = adapter.Options;
        var config = new JsonObject
        {
            ["peft_type"] = options.Kind switch { AdapterKind.Lora => "LORA", AdapterKind.AdaLora => "ADALORA", _ => "BOTTLENECK" },
            ["r"] = options.Rank,
            ["lora_alpha"] = options.Alpha,
            ["lora_dropout"] = options.Dropout,
            ["target_modules"] = new JsonArray([.. options.Targets.Select(target => JsonValue.Create(target))]),
            ["bias"] = "none",
            [BaseField] = EncoderHash.Of(encoder),
        };
        Directory.CreateDirectory(folder);
        File.WriteAllBytes(Path.Combine(folder, ConfigFile), JsonSerializer.SerializeToUtf8Bytes(config, BundleJson.Indented));
        using var file = File.Create(Path.Combine(folder, WeightsFile));
        SafeTensors.Write(file, adapter.Weights.ToDictionary(pair => Prefix + FileNameOf(pair.Name), pair => StoredTensor.Of(pair.Weight)));
    }

    /// <summary>Reads an adapter for an encoder.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="encoder">The encoder it will change.</param>
    /// <exception cref="CheckpointException">A file is missing or malformed, the adapter is of another encoder, or a tensor is missing or of another shape.</exception>
    public static TextAdapter Load(string folder, BertEncoder encoder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        ArgumentNullException.ThrowIfNull(encoder);
        var json = CheckpointJson.Read(folder, ConfigFile);
        if (json.Text(BaseField) is { } made && made != EncoderHash.Of(encoder))
        {
            throw new CheckpointException($"{ConfigFile} is of an adapter for another encoder: {BaseField} is {made}, expected {EncoderHash.Of(encoder)}.");
        }

        var adapter = Create(encoder, OptionsOf(json));
        try
        {
            Fill(folder, adapter);
            return adapter;
        }
        catch
        {
            adapter.Dispose();
            throw;
        }
    }

    private static TextAdapter Create(BertEncoder encoder, AdapterOptions options)
    {
        try
        {
            return new TextAdapter(encoder, options, seed: 0);
        }
        catch (ArgumentException exception)
        {
            throw new CheckpointException($"{ConfigFile} is of no adapter of this encoder: {exception.Message}", exception);
        }
    }

    private static AdapterOptions OptionsOf(CheckpointJson json)
    {
        var rank = json.Whole("r", 1, 1_024);
        return new AdapterOptions
        {
            Kind = json.Text("peft_type") switch
            {
                "LORA" => AdapterKind.Lora,
                "ADALORA" => AdapterKind.AdaLora,
                "BOTTLENECK" => AdapterKind.Bottleneck,
                var other => throw new CheckpointException($"{ConfigFile} has peft_type '{SafeTensorsHeader.Shown(other ?? "")}', which is not supported; LORA, ADALORA and BOTTLENECK are."),
            },
            Rank = rank,
            Alpha = json.Flag("use_rslora", false) ? json.Real("lora_alpha", 1e-6, 1e6, 8) * Math.Sqrt(rank) : json.Real("lora_alpha", 1e-6, 1e6, 8),
            Dropout = json.Real("lora_dropout", 0, 0.99, 0),
            Targets = [.. TargetsOf(json)],
        };
    }

    private static IEnumerable<string> TargetsOf(CheckpointJson json) =>
        json.Root.TryGetProperty("target_modules", out var targets) && targets.ValueKind == JsonValueKind.Array
            ? targets.EnumerateArray().Where(target => target.ValueKind == JsonValueKind.String).Select(target => target.GetString()!)
            : throw new CheckpointException($"{ConfigFile} lacks a list target_modules.");

    private static void Fill(string folder, TextAdapter adapter)
    {
        var path = Path.Combine(folder, WeightsFile);
        if (!File.Exists(path))
        {
            throw new CheckpointException($"{folder} has no {WeightsFile}.");
        }

        using var file = OpenFile(path);
        using var quiet = no_grad();
        foreach (var (name, weight) in adapter.Weights)
        {
            var names = EncoderPrefixes.Select(prefix => Prefix + prefix + FileNameOf(name)).ToList();
            var found = names.Find(file.Contains) ?? throw new CheckpointException($"Tensor '{names[0]}' of shape ({string.Join(", ", weight.shape)}) is missing.");
            if (!file.ShapeOf(found).SequenceEqual(weight.shape))
            {
                throw new CheckpointException($"Tensor '{found}' is of shape ({string.Join(", ", file.ShapeOf(found))}), expected ({string.Join(", ", weight.shape)}).");
            }

            var values = new float[weight.numel()];
            file.Read(found, 0, values);
            using var read = tensor(values, weight.shape);
            weight.copy_(read);
        }
    }

    private static SafeTensorsFile OpenFile(string path)
    {
        try
        {
            return SafeTensorsFile.Open(path);
        }
        catch (InvalidDataException exception)
        {
            throw new CheckpointException($"{WeightsFile} cannot be read: {exception.Message}", exception);
        }
    }

    // PEFT keeps a low-rank change as two products, whose weights are weights of modules; singular values and ours are plain parameters.
    private static string FileNameOf(string name) => name.EndsWith(".lora_A", StringComparison.Ordinal) || name.EndsWith(".lora_B", StringComparison.Ordinal) ? name + ".weight" : name;
}
