using OrleansSeg.Model.Native;
using OrleansSeg.Model.Text.Pooling;
using OrleansSeg.Model.Text.Transformer;
using TorchSharp;
using static TorchSharp.torch;

namespace OrleansSeg.Model.Text.Checkpoints;

/// <summary>A text model of the BERT family as it was published: its encoder and, where they were saved, its pooler and head. B texts, T tokens, H width.</summary>
/// <remarks>Forward passes may run at the same time on any threads; nobody disposes it meanwhile.</remarks>
public sealed class TextCheckpoint : IDisposable
{
    private readonly Pooler? _pooler;
    private readonly SequenceHead? _sequence;
    private readonly TokenHead? _token;
    private readonly MaskedHead? _masked;

    private TextCheckpoint(BertEncoder encoder, Pooler? pooler, nn.Module? head, TextPooling pooling, IReadOnlyList<string> unused)
    {
        (Encoder, _pooler, Pooling, UnusedTensors) = (encoder, pooler, pooling, unused);
        (_sequence, _token, _masked) = (head as SequenceHead, head as TokenHead, head as MaskedHead);
    }

    /// <summary>Its shape and labels.</summary>
    public BertFamilyConfig Config => Encoder.Config;

    /// <summary>The transformer.</summary>
    public BertEncoder Encoder { get; }

    /// <summary>How a text's one vector is made of its tokens' states, by the folder's own files.</summary>
    public TextPooling Pooling { get; }

    /// <summary>The head of a token classifier; null for other checkpoints.</summary>
    internal TokenHead? TokenHead => _token;

    /// <summary>The head of a classifier of texts; null for other checkpoints.</summary>
    internal SequenceHead? SequenceHead => _sequence;

    /// <summary>The pooler; null where none was saved apart from a head.</summary>
    internal Pooler? Pooler => _pooler;

    /// <summary>The head of the configuration; null where it has none.</summary>
    internal nn.Module? Head => (nn.Module?)_token ?? (nn.Module?)_sequence ?? _masked;

    /// <summary>Whether it has the pooler that <see cref="Pool"/> needs.</summary>
    public bool HasPooler => _pooler is not null;

    /// <summary>Tensors of the files that no part of the model asked for, such as heads of other tasks.</summary>
    public IReadOnlyList<string> UnusedTensors { get; }

    /// <summary>Loads a folder as downloaded: <c>config.json</c>, and <c>model.safetensors</c> or its shards with their index.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="device">Where the weights will live; null for the CPU.</param>
    /// <param name="precision">In what numbers to compute; null for what the folder says, which is fp32 where it says nothing.</param>
    /// <exception cref="CheckpointException">The folder is none that can be loaded; the message names the file or tensor.</exception>
    public static TextCheckpoint Load(string folder, Device? device = null, ComputePrecision? precision = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        LibTorch.EnsureLoadable();
        var config = PrecisionOf(BertFamilyConfigFile.Read(folder), device, precision);
        using var tensors = CheckpointTensors.Open(folder);
        var weights = new CheckpointWeights(tensors);
        var names = CheckpointNames.Find(config.Family, tensors.Names);
        foreach (var (name, shape) in BertShapes.Of(config))
        {
            weights.Find(names.OfEncoder(name), shape);
        }

        var made = new List<nn.Module>();
        try
        {
            var encoder = Made(new BertEncoder(config), names.OfEncoder);
            var pooler = config.Family != BertFamily.DistilBert && names.OfPooler("dense.weight").Any(tensors.Contains)
                ? Made(new Pooler(config, Activation.Tanh), names.OfPooler)
                : null;
            nn.Module? head = config.Head switch
            {
                TextHead.SequenceClassification => Made(new SequenceHead(config), name => names.OfHead(config.Head, name)),
                TextHead.TokenClassification => Made(new TokenHead(config), name => names.OfHead(config.Head, name)),
                TextHead.MaskedLanguage => Made(new MaskedHead(config), name => names.OfHead(config.Head, name)),
                _ => null,
            };
            return new TextCheckpoint(encoder, pooler, head, PoolingFiles.Read(folder, config.Hidden, device), weights.Unused);
        }
        catch
        {
            made.ForEach(module => module.Dispose());
            throw;
        }

        T Made<T>(T module, Func<string, IEnumerable<string>> namesOf)
            where T : nn.Module
        {
            made.Add(module);
            weights.Load(module, namesOf);
            module.eval();
            (module as BertEncoder)?.PackQueries();
            Int8Linear.PackAll(module);
            var typed = config.Precision is ComputePrecision.BFloat16 or ComputePrecision.Half ? (T)module.to(TypeOf(config.Precision)) : module;
            return device is null ? typed : (T)typed.to(device);
        }
    }

    /// <summary>Loads a folder on the CPU whose weights can be trained.</summary>
    /// <exception cref="CheckpointException">The folder is none that can be loaded, or none of fp32.</exception>
    internal static TextCheckpoint LoadForTraining(string folder) => BertFamilyConfigFile.Read(folder).Precision is not ComputePrecision.Single and var precision
        ? throw new CheckpointException($"{folder} computes in {precision}, which cannot be trained: take the fp32 model, and make that one small afterwards.")
        : Load(folder);

    /// <summary>The pooler's view of the texts: (B, T, H) -> (B, H).</summary>
    /// <exception cref="InvalidOperationException">The checkpoint has no pooler.</exception>
    public Tensor Pool(Tensor states) =>
        (_pooler ?? throw new InvalidOperationException("The checkpoint has no pooler.")).Forward(states);

    /// <summary>Label logits of the texts: (B, T, H) -> (B, L).</summary>
    /// <exception cref="InvalidOperationException">The checkpoint has no such head.</exception>
    public Tensor SequenceLogits(Tensor states) => (_sequence ?? throw NoHead(TextHead.SequenceClassification)).Forward(states);

    /// <summary>Label logits of each token: (B, T, H) -> (B, T, L).</summary>
    /// <exception cref="InvalidOperationException">The checkpoint has no such head.</exception>
    public Tensor TokenLogits(Tensor states) => (_token ?? throw NoHead(TextHead.TokenClassification)).Forward(states);

    /// <summary>Logits of the token that a mask hides: (..., H) -> (..., V).</summary>
    /// <exception cref="InvalidOperationException">The checkpoint has no such head.</exception>
    public Tensor MaskedLogits(Tensor states) => (_masked ?? throw NoHead(TextHead.MaskedLanguage)).Forward(states, Encoder.Words);

    /// <inheritdoc />
    public void Dispose()
    {
        Pooling.Dispose();
        foreach (var module in new nn.Module?[] { Encoder, _pooler, _sequence, _token, _masked })
        {
            module?.Dispose();
        }
    }

    private static ScalarType TypeOf(ComputePrecision precision) => precision == ComputePrecision.Half ? ScalarType.Float16 : ScalarType.BFloat16;

    private static BertFamilyConfig PrecisionOf(BertFamilyConfig config, Device? device, ComputePrecision? asked)
    {
        var precision = asked ?? config.Precision;
        if ((precision == ComputePrecision.Int8) != (config.Precision == ComputePrecision.Int8))
        {
            throw new CheckpointException($"The weights are stored for {config.Precision}, and cannot compute in {precision}: 'models compress' makes a folder that can.");
        }

        if (precision == ComputePrecision.Int8 && device is not null && device.type != DeviceType.CPU)
        {
            throw new CheckpointException($"8-bit weights are multiplied on the CPU alone, not on {device}: take the model's fp32 folder there.");
        }

        return config with { Precision = precision };
    }

    private InvalidOperationException NoHead(TextHead head) => new($"The checkpoint has no head of the kind {head}; it has {Config.Head}.");
}
