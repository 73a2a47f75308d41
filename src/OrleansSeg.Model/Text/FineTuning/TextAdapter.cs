using OrleansSeg.Model.Native;
using OrleansSeg.Model.Text.Transformer;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace OrleansSeg.Model.Text.FineTuning;

/// <summary>A small set of weights that changes one encoder, kept apart from it: several can share an encoder, one for each pass.</summary>
/// <remarks>Changes live on the device where the encoder was when they were made. Forward passes may run at the same time while no training step runs.</remarks>
public sealed class TextAdapter : IEncoderAdapter, IDisposable
{
    private readonly Dictionary<Linear, LowRankChange> _changes = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<Linear, BottleneckLayer> _layers = new(ReferenceEqualityComparer.Instance);
    private readonly SortedDictionary<string, nn.Module> _byName = new(StringComparer.Ordinal);

    /// <summary>Makes an adapter that changes nothing yet.</summary>
    /// <param name="encoder">The encoder; not kept beyond its products, nor disposed here.</param>
    /// <param name="options">Kind, rank and products.</param>
    /// <param name="seed">Seed of its weights.</param>
    /// <exception cref="ArgumentException">An option is out of bounds, or a target is the end of no product's name; the message names it.</exception>
    public TextAdapter(BertEncoder encoder, AdapterOptions options, int seed)
    {
        ArgumentNullException.ThrowIfNull(encoder);
        ArgumentNullException.ThrowIfNull(options);
        options.Check();
        LibTorch.EnsureLoadable();
        if (encoder.Config.Precision == ComputePrecision.Int8)
        {
            throw new ArgumentException("Weights of 8 bits take no adapter: fine-tune the fp32 model, and make that one small.", nameof(encoder));
        }

        Options = options;
        using var random = new Generator((ulong)seed);
        var products = encoder.named_modules().Where(pair => pair.module is Linear).Select(pair => (pair.name, Product: (Linear)pair.module)).ToList();
        var unmatched = options.Kind == AdapterKind.Bottleneck ? null : options.Targets.FirstOrDefault(target => !products.Exists(pair => EndsWith(pair.name, target)));
        if (unmatched is not null)
        {
            throw new ArgumentException($"No product's name ends with '{unmatched}'; there are {string.Join(", ", products.Take(6).Select(pair => $"'{pair.name}'"))}.");
        }

        foreach (var (name, product) in products)
        {
            Add(name, product, random);
        }
    }

    /// <summary>Its shape.</summary>
    public AdapterOptions Options { get; }

    /// <summary>Its weights, by name, in ordinal order.</summary>
    public IEnumerable<(string Name, Parameter Weight)> Weights =>
        _byName.SelectMany(pair => pair.Value.named_parameters().Select(weight => ($"{pair.Key}.{weight.name}", weight.parameter)));

    /// <summary>Numbers in its weights.</summary>
    public long WeightCount => Weights.Sum(pair => pair.Weight.numel());

    /// <summary>Ranks that do something, by product, in ordinal order; those of narrow layers are their widths.</summary>
    public IReadOnlyDictionary<string, int> Ranks =>
        new SortedDictionary<string, int>(_byName.ToDictionary(pair => pair.Key, pair => pair.Value is LowRankChange change ? change.RankInUse : Options.Rank), StringComparer.Ordinal);

    /// <summary>Its low-rank changes, by product.</summary>
    internal IEnumerable<LowRankChange> Changes => _byName.Values.OfType<LowRankChange>();

    /// <inheritdoc />
    public Tensor Product(Linear product, Tensor values, Generator? dropout)
    {
        ArgumentNullException.ThrowIfNull(product);
        using var scope = NewDisposeScope();
        return (Change(product, values, dropout) is { } change ? product.forward(values).Plus(change) : product.forward(values)).MoveToOuterDisposeScope();
    }

    /// <summary>What is added to a product: (B, T, in) -> (B, T, out); null for one that it does not change.</summary>
    internal Tensor? Change(Linear product, Tensor values, Generator? dropout) => _changes.TryGetValue(product, out var change) ? change.Forward(values, dropout) : null;

    /// <inheritdoc />
    public Tensor Output(Linear product, Tensor outputs)
    {
        ArgumentNullException.ThrowIfNull(product);
        return _layers.TryGetValue(product, out var layer) ? layer.Forward(outputs) : outputs;
    }

    /// <summary>Adds the changes to the encoder's own weights for good, so that they cost nothing any more; the adapter must not be used with it after.</summary>
    /// <exception cref="InvalidOperationException">Narrow layers cannot be merged.</exception>
    public void Merge()
    {
        if (_layers.Count > 0)
        {
            throw new InvalidOperationException("Bottleneck layers cannot be merged: they have a curve between their products.");
        }

        using var quiet = no_grad();
        foreach (var (product, change) in _changes)
        {
            using var weight = change.ToWeight();
            product.weight!.AddInPlace(weight);
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        foreach (var module in _byName.Values)
        {
            module.Dispose();
        }
    }

    private static bool EndsWith(string name, string target) =>
        name.EndsWith(target, StringComparison.Ordinal) && (name.Length == target.Length || name[name.Length - target.Length - 1] == '.');

    private void Add(string name, Linear product, Generator random)
    {
        var (outputs, inputs) = (product.weight!.shape[0], product.weight.shape[1]);
        nn.Module? made = null;
        if (Options.Kind != AdapterKind.Bottleneck && Options.Targets.Any(target => EndsWith(name, target)))
        {
            made = _changes[product] = new LowRankChange(inputs, outputs, Options, random);
        }
        else if (Options.Kind == AdapterKind.Bottleneck && EndsWith(name, "output.dense"))
        {
            made = _layers[product] = new BottleneckLayer(outputs, Options.Rank, random);
        }

        if (made is not null)
        {
            _byName.Add(name, made.to(product.weight.device));
        }
    }
}
