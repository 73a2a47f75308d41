using OrleansSeg.Model.Text.Transformer;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace OrleansSeg.Model.Compression;

/// <summary>A part of a layer that can be cut out: an attention head, or a neuron between the two products.</summary>
/// <param name="Layer">The layer, from 0.</param>
/// <param name="IsHead">Whether it is a head.</param>
/// <param name="Index">Its place among those that the layer has, from 0.</param>
public readonly record struct Unit(int Layer, bool IsHead, int Index);

/// <summary>Multiplies what each head and each neuron gives: by 1 to see what it matters, by 0 to see the model without it. B texts.</summary>
/// <remarks>Michel et al. 2019, arXiv:1905.10650, section 2.2: a head's gate stands before the product that puts the heads together.</remarks>
internal sealed class UnitGates : IEncoderAdapter, IDisposable
{
    private readonly Dictionary<Linear, Gate> _byProduct = new(ReferenceEqualityComparer.Instance);

    /// <summary>Makes open gates for an encoder.</summary>
    public UnitGates(BertEncoder encoder)
    {
        var products = encoder.named_modules().Where(pair => pair.module is Linear).ToDictionary(pair => pair.name, pair => (Linear)pair.module, StringComparer.Ordinal);
        for (var layer = 0; layer < encoder.Config.Layers; layer++)
        {
            var shape = encoder.Config.Layer(layer);
            _byProduct.Add(products[$"encoder.layer.{layer}.attention.output.dense"], new Gate(layer, true, shape.Heads, shape.HeadWidth));
            _byProduct.Add(products[$"encoder.layer.{layer}.output.dense"], new Gate(layer, false, shape.Intermediate, 1));
        }
    }

    /// <summary>The gates' values: layer, whether of heads, and (B or 1, units).</summary>
    public IEnumerable<(int Layer, bool IsHead, Tensor Values)> Values => _byProduct.Values.Select(gate => (gate.Layer, gate.IsHead, gate.Values));

    /// <summary>Opens all gates, for each text of a batch its own, so that their gradients are each text's.</summary>
    public void Open(int texts)
    {
        foreach (var gate in _byProduct.Values)
        {
            gate.Values.Dispose();
            gate.Values = ones(texts, gate.Units, requires_grad: true).DetachFromDisposeScope();
        }
    }

    /// <summary>Closes some gates, for every text.</summary>
    public void Close(IReadOnlyCollection<Unit> units)
    {
        foreach (var gate in _byProduct.Values)
        {
            using var scope = NewDisposeScope();
            var closed = units.Where(unit => unit.Layer == gate.Layer && unit.IsHead == gate.IsHead).Select(unit => unit.Index).ToHashSet();
            gate.Values.Dispose();
            gate.Values = tensor([.. Enumerable.Range(0, gate.Units).Select(unit => closed.Contains(unit) ? 0f : 1f)], [1, gate.Units]).DetachFromDisposeScope();
        }
    }

    /// <inheritdoc />
    public Tensor Product(Linear product, Tensor values, Generator? dropout)
    {
        if (!_byProduct.TryGetValue(product, out var gate))
        {
            return product.forward(values);
        }

        using var scope = NewDisposeScope();
        var wide = gate.Width == 1 ? gate.Values : gate.Values.repeat_interleave(gate.Width, 1); // (B, units) -> (B, units · width)
        return product.forward(values * wide.unsqueeze(1)).MoveToOuterDisposeScope();
    }

    /// <inheritdoc />
    public Tensor Output(Linear product, Tensor outputs) => outputs;

    /// <inheritdoc />
    public void Dispose()
    {
        foreach (var gate in _byProduct.Values)
        {
            gate.Values.Dispose();
        }
    }

    private sealed class Gate(int layer, bool isHead, int units, int width)
    {
        public int Layer => layer;

        public bool IsHead => isHead;

        public int Units => units;

        public int Width => width;

        public Tensor Values { get; set; } = ones(1, units).DetachFromDisposeScope();
    }
}
