using System.Runtime.InteropServices;
using System.Security.Cryptography;
using OrleansSeg.Model.Native;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace OrleansSeg.Model.Text.Transformer;

/// <summary>x W' + b with weights of 8 bits: each row of W is whole numbers from -127 to 127, and a scale.</summary>
/// <remarks>
/// The weights are filled first and packed then, after which only the packed form is kept: it takes a quarter of fp32's bytes. A forward
/// pass makes what goes in small, too, with one scale for the whole batch, and gives fp32.
/// </remarks>
internal sealed class Int8Linear : nn.Module
{
    /// <summary>What a row's scales are called beside its weight and bias.</summary>
    public const string ScaleName = "weight_scale";

    private readonly long _inputs;
    private readonly Parameter weight_scale; // (out)
    private readonly Parameter bias; // (out)
    private sbyte[]? _weight; // (out, in), until it is packed
    private PackedProduct? _packed;

    public Int8Linear(long inputs, long outputs)
        : base(nameof(Int8Linear))
    {
        _inputs = inputs;
        weight_scale = new Parameter(empty(outputs), requires_grad: false);
        bias = new Parameter(empty(outputs), requires_grad: false);
        RegisterComponents();
        this.KeepWeights();
    }

    /// <summary>Sizes of the weight: outputs, inputs.</summary>
    public long[] Shape => [bias.shape[0], _inputs];

    /// <summary>Bytes that it takes in memory, however it is packed.</summary>
    public long Bytes => (bias.shape[0] * _inputs) + (2 * sizeof(float) * bias.shape[0]);

    /// <summary>SHA-256 of the weight's numbers.</summary>
    public byte[] WeightHash { get; private set; } = [];

    /// <summary>Sets the weight, row by row.</summary>
    public void Fill(sbyte[] weight)
    {
        _weight = weight;
        WeightHash = SHA256.HashData(MemoryMarshal.AsBytes<sbyte>(weight));
    }

    /// <summary>(..., in) -> (..., out).</summary>
    public Tensor Forward(Tensor values) =>
        (_packed ?? throw new InvalidOperationException("The weights were not packed. This is a bug.")).Forward(values);

    /// <summary>Packs every product of a module that is not packed yet.</summary>
    public static void PackAll(nn.Module module)
    {
        foreach (var each in module.modules().OfType<Int8Linear>().Where(each => each._weight is not null))
        {
            each._packed = Together(each);
        }
    }

    /// <summary>Packs products of the same inputs into one that gives all outputs, one after the other; each of them is of no use after.</summary>
    public static PackedProduct Together(params Int8Linear[] products)
    {
        using var scope = NewDisposeScope();
        var packed = PackedProduct.Of(
            cat([.. products.Select(each => tensor(each._weight!, each.Shape, int8))], 0), cat([.. products.Select(each => (Tensor)each.weight_scale)], 0), cat([.. products.Select(each => (Tensor)each.bias)], 0));
        foreach (var each in products)
        {
            each._weight = null;
        }

        return packed;
    }

    /// <inheritdoc />
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _packed?.Dispose();
        }

        base.Dispose(disposing);
    }
}
