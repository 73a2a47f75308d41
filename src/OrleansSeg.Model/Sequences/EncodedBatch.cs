using TorchSharp;
using static TorchSharp.torch;

namespace OrleansSeg.Model.Sequences;

/// <summary>A batch of inputs as tensors. B batch, T steps, W normalized aggregates, X text width, A attributes.</summary>
public sealed class EncodedBatch : IDisposable
{
    /// <summary>(B, T) event types.</summary>
    public required Tensor Types { get; init; }

    /// <summary>(B, T) category buckets.</summary>
    public required Tensor Categories { get; init; }

    /// <summary>(B, T, N) numbers of each step, see <see cref="InputEncoder.PlainNumbers"/>.</summary>
    public required Tensor Numbers { get; init; }

    /// <summary>(B, T, X) mean text vectors.</summary>
    public required Tensor Texts { get; init; }

    /// <summary>(B) real steps of each sequence, at least 1: an empty sequence has one step of nothing.</summary>
    public required Tensor Lengths { get; init; }

    /// <summary>(B, W) normalized aggregates.</summary>
    public required Tensor Aggregates { get; init; }

    /// <summary>(B, A) attribute buckets, 0 for none.</summary>
    public required Tensor Attributes { get; init; }

    /// <summary>(B, S) 0 for a label that is possible, a large negative number for one that is not.</summary>
    public required Tensor Impossible { get; init; }

    /// <summary>The same batch on another device; this one is disposed.</summary>
    internal EncodedBatch MoveTo(Device device)
    {
        using (this)
        {
            return new EncodedBatch
            {
                Types = Types.to(device),
                Categories = Categories.to(device),
                Numbers = Numbers.to(device),
                Texts = Texts.to(device),
                Lengths = Lengths.to(device),
                Aggregates = Aggregates.to(device),
                Attributes = Attributes.to(device),
                Impossible = Impossible.to(device),
            };
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        foreach (var tensor in new[] { Types, Categories, Numbers, Texts, Lengths, Aggregates, Attributes, Impossible })
        {
            tensor.Dispose();
        }
    }
}
