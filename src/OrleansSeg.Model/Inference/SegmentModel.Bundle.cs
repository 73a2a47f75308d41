using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using OrleansSeg.Model.Bundles;
using OrleansSeg.Model.Features;
using OrleansSeg.Model.Segments;
using OrleansSeg.Model.Sequences;
using OrleansSeg.Model.Text;
using OrleansSeg.Model.Text.Vectors;
using static TorchSharp.torch;

namespace OrleansSeg.Model.Inference;

/// <summary>From and to the files of a bundle.</summary>
public sealed partial class SegmentModel
{
    /// <summary>Format of the bundle's files; another one is refused.</summary>
    public const int BundleFormat = 1;

    /// <summary>The card's file in a bundle.</summary>
    public const string CardFile = "card.json";

    private const string ConfigFile = "config.json";
    private const string NormalizerFile = "normalizer.json";
    private const string SchemeFile = "scheme.json";
    private const string WeightsFile = "model.safetensors";

    /// <summary>The files of this model's bundle, for <see cref="BundleFolder.Write"/>; a text encoder that it shares is not among them.</summary>
    public IReadOnlyDictionary<string, byte[]> ToFiles(ModelCard card)
    {
        using var scope = NewDisposeScope();
        var tensors = _network.state_dict().ToDictionary(
            pair => pair.Key, pair => StoredTensor.Of(pair.Value));
        var files = new Dictionary<string, byte[]>
        {
            [ConfigFile] = Json(new BundleConfig(BundleFormat, Config, Calibration, DecisionWeights) { TextEncoder = _texts.EncoderHash }),
            [NormalizerFile] = Json(_normalizer),
            [SchemeFile] = Json(Scheme),
            [CardFile] = Json(card),
        };
        _texts.Save(files, tensors);
        files.Add(WeightsFile, SafeTensors.Write(tensors));
        return files;
    }

    /// <summary>Loads a model from the files that <see cref="BundleFolder.Read"/> returned.</summary>
    /// <param name="files">The files by name.</param>
    /// <param name="device">What it runs on; null for the CPU.</param>
    /// <param name="encoders">Where the text encoder is that the bundle names, see <see cref="TextEncoderOf"/>; null for bundles that name none.</param>
    /// <exception cref="BundleCorruptException">A file is missing, cannot be read, does not fit the others, or is of other features; or the text encoder is not there.</exception>
    public static SegmentModel FromFiles(IReadOnlyDictionary<string, byte[]> files, Device? device = null, SharedTextEncoders? encoders = null)
    {
        ArgumentNullException.ThrowIfNull(files);
        try
        {
            var config = Json<BundleConfig>(files, ConfigFile);
            if (config is not { Format: BundleFormat, Network: not null, Calibration: not null, DecisionWeights.IsDefault: false })
            {
                throw new InvalidDataException($"{ConfigFile} is of format {config.Format}, expected {BundleFormat}, or lacks a part.");
            }

            config.Network.Check();

            if (!config.Network.FeatureNames.SequenceEqual(AggregateFeatures.Names))
            {
                throw new InvalidDataException("The model was fitted on other features than this version computes; train it again.");
            }

            return Assemble(config, Json<FeatureNormalizer>(files, NormalizerFile), Json<SegmentScheme>(files, SchemeFile), files, device, encoders);
        }
        catch (Exception exception) when (exception is InvalidDataException or JsonException or ArgumentException or DecoderFallbackException)
        {
            throw new BundleCorruptException($"The bundle cannot be loaded: {exception.Message}", exception);
        }
    }

    /// <summary>Hash of the text encoder's bundle that a model needs beside its own; null for none.</summary>
    /// <param name="files">The model's files by name.</param>
    /// <exception cref="BundleCorruptException">The configuration is missing or cannot be read, or what it names is no hash.</exception>
    public static string? TextEncoderOf(IReadOnlyDictionary<string, byte[]> files)
    {
        ArgumentNullException.ThrowIfNull(files);
        try
        {
            var hash = Json<BundleConfig>(files, ConfigFile).TextEncoder;
            return hash is null || BundleFolder.IsHash(hash) ? hash : throw new InvalidDataException("Its text encoder is named by no hash.");
        }
        catch (Exception exception) when (exception is InvalidDataException or JsonException)
        {
            throw new BundleCorruptException($"The bundle's configuration cannot be read: {exception.Message}", exception);
        }
    }

    /// <summary>The card in a bundle's files.</summary>
    /// <exception cref="BundleCorruptException">There is none, or it cannot be read.</exception>
    public static ModelCard ReadCard(IReadOnlyDictionary<string, byte[]> files)
    {
        ArgumentNullException.ThrowIfNull(files);
        try
        {
            return Json<ModelCard>(files, CardFile);
        }
        catch (Exception exception) when (exception is InvalidDataException or JsonException)
        {
            throw new BundleCorruptException($"The bundle's card cannot be read: {exception.Message}", exception);
        }
    }

    private static SegmentModel Assemble(
        BundleConfig config,
        FeatureNormalizer normalizer,
        SegmentScheme scheme,
        IReadOnlyDictionary<string, byte[]> files,
        Device? device,
        SharedTextEncoders? encoders)
    {
        if (!normalizer.Fits(AggregateFeatures.Names.Length) || normalizer.Width != config.Network.AggregateWidth
            || scheme.Labels.IsDefaultOrEmpty || scheme.Quantiles?.IsWhole() == false || scheme.Count != config.Network.Segments
            || config.DecisionWeights.Length != scheme.Count || !config.Calibration.Fits(scheme.Count))
        {
            throw new InvalidDataException("Its network, normalizer and scheme are of different widths.");
        }

        var tensors = SafeTensors.Read(File(files, WeightsFile));
        var texts = TextsOf(TextEncoderOf(files), config.Network.TextWidth, files, tensors, device, encoders);
        try
        {
            var network = new SegmentNetwork(config.Network, seed: 0);
            NetworkWeights.Load(network, tensors);
            return new SegmentModel(scheme, config.Network, normalizer, texts, network, config.Calibration, config.DecisionWeights, device);
        }
        catch
        {
            texts.Dispose();
            throw;
        }
    }

    private static IModelTexts TextsOf(
        string? hash,
        int width,
        IReadOnlyDictionary<string, byte[]> files,
        Dictionary<string, StoredTensor> tensors,
        Device? device,
        SharedTextEncoders? encoders)
    {
        if (hash is null)
        {
            return TitleEncoder.Load(width, files, tensors);
        }

        var encoder = encoders?.Rent(hash, device) ?? throw new InvalidDataException($"It reads texts with the text encoder {hash}, and none can be loaded here.");
        try
        {
            return EncoderTexts.Load(encoder, width, files, tensors);
        }
        catch
        {
            encoder.Dispose();
            throw;
        }
    }

    private static byte[] Json<T>(T value) => JsonSerializer.SerializeToUtf8Bytes(value, BundleJson.Indented);

    private static T Json<T>(IReadOnlyDictionary<string, byte[]> files, string name)
        where T : class =>
        JsonSerializer.Deserialize<T>(File(files, name), BundleJson.Compact) ?? throw new InvalidDataException($"{name} is empty.");

    private static byte[] File(IReadOnlyDictionary<string, byte[]> files, string name) =>
        files.TryGetValue(name, out var content) ? content : throw new InvalidDataException($"{name} is missing.");

    private sealed record BundleConfig(int Format, NetworkConfig Network, Calibration Calibration, ImmutableArray<double> DecisionWeights)
    {
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public string? TextEncoder { get; init; }
    }
}
