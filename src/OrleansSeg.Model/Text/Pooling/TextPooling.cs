using System.Numerics;
using OrleansSeg.Model.Native;
using OrleansSeg.Model.Text.Transformer;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace OrleansSeg.Model.Text.Pooling;

/// <summary>From the states of a text's tokens to its one vector. B texts, T tokens, H width, X width of the result.</summary>
/// <remarks>As sentence-transformers does it (Reimers and Gurevych 2019, arXiv:1908.10084); special tokens count, padding does not.</remarks>
public sealed class TextPooling : IDisposable
{
    private readonly PoolingKind _kind;
    private readonly bool _normalize;
    private readonly PoolingDense? _dense;

    /// <summary>Makes a pooling without a product.</summary>
    /// <param name="kind">What is taken of the states.</param>
    /// <param name="normalize">Whether the result has unit length.</param>
    /// <exception cref="ArgumentException">Nothing is taken.</exception>
    public TextPooling(PoolingKind kind, bool normalize)
        : this(kind, normalize, null)
    {
    }

    internal TextPooling(PoolingKind kind, bool normalize, PoolingDense? dense)
    {
        if (kind == PoolingKind.None)
        {
            throw new ArgumentException("A pooling takes something of the states.", nameof(kind));
        }

        (_kind, _normalize, _dense) = (kind, normalize, dense);
    }

    /// <summary>What is done where a folder does not say: the mean over a text's tokens, as it comes.</summary>
    public static TextPooling Default { get; } = new(PoolingKind.Mean, normalize: false);

    /// <summary>What is taken of the states.</summary>
    internal PoolingKind Kind => _kind;

    /// <summary>Whether the result has unit length.</summary>
    internal bool IsNormalized => _normalize;

    /// <summary>Whether there is a product after what is taken.</summary>
    internal bool HasProduct => _dense is not null;

    /// <summary>Width of the vectors of an encoder's states of this width.</summary>
    public int WidthOf(int hidden) => _dense?.Outputs ?? (hidden * BitOperations.PopCount((uint)_kind));

    /// <summary>(B, T, H) -> (B, X).</summary>
    /// <param name="states">The states.</param>
    /// <param name="mask">(B, T) true for a text's own tokens, at least one in each text.</param>
    public Tensor Forward(Tensor states, Tensor mask)
    {
        using var scope = NewDisposeScope();
        var parts = new List<Tensor>();
        var real = mask.unsqueeze(2).to(states.dtype); // (B, T, 1)
        if (_kind.HasFlag(PoolingKind.First))
        {
            parts.Add(states.select(1, 0));
        }

        if (_kind.HasFlag(PoolingKind.Max))
        {
            parts.Add(states.Masked(mask.logical_not().unsqueeze(2), finfo(states.dtype).min).amax([1])); // (B, T, H) -> (B, H)
        }

        if (_kind.HasFlag(PoolingKind.Mean))
        {
            parts.Add((states * real).sum(1) / real.sum(1));
        }

        if (_kind.HasFlag(PoolingKind.MeanOfRoot))
        {
            parts.Add((states * real).sum(1) / real.sum(1).sqrt());
        }

        var pooled = parts.Count == 1 ? parts[0] : cat(parts, dim: 1);
        pooled = _dense?.Forward(pooled) ?? pooled;
        return (_normalize ? nn.functional.normalize(pooled, p: 2, dim: 1) : pooled.alias()).MoveToOuterDisposeScope();
    }

    /// <inheritdoc />
    public void Dispose() => _dense?.Dispose();
}

/// <summary>A product and a curve after the pooling.</summary>
internal sealed class PoolingDense : nn.Module
{
    private readonly Activation? _activation;
    private readonly Linear linear;

    /// <summary>Makes one whose weights are yet to be loaded.</summary>
    public PoolingDense(int inputs, int outputs, Activation? activation)
        : base(nameof(PoolingDense))
    {
        (_activation, Outputs) = (activation, outputs);
        linear = Blank.Linear(inputs, outputs);
        RegisterComponents();
    }

    /// <summary>(X, ·) and (X): its weight and bias.</summary>
    public (Tensor Weight, Tensor Bias) Weights => (linear.weight!, linear.bias!);

    /// <summary>Width of the result.</summary>
    public int Outputs { get; }

    /// <summary>(B, ·) -> (B, X).</summary>
    public Tensor Forward(Tensor pooled) => _activation is { } curve ? curve.Apply(linear.forward(pooled)) : linear.forward(pooled);
}
