using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using OrleansSeg.Model.Text.Checkpoints;
using TorchSharp;
using static TorchSharp.torch;

namespace OrleansSeg.Model.Text.Transformer;

/// <summary>A product of 8-bit weights as FBGEMM lays them out for the processor at hand. Answers from any thread.</summary>
/// <remarks>
/// Khudia et al. 2021, arXiv:2101.05615. libtorch's operators for it are not in TorchSharp's own interface, so a script calls them. They know
/// one scale for a whole weight: here it is 1, and each output is scaled after, so that every row has its own.
/// </remarks>
internal sealed class PackedProduct : IDisposable
{
    // A script that cannot be compiled ends the process: this one is constant and has a test. Its last line must end.
    private const string Script = """
        def pack(weight):
            return torch.fbgemm_pack_quantized_matrix(weight)

        def product(values, shape, packed, sums, scale, bias):
            return torch.fbgemm_linear_int8_weight_fp32_activation(values, shape, packed, sums, 1.0, 0, bias).mul_(scale)

        """;

    private static readonly Lazy<jit.CompilationUnit> Compiled = new(() => jit.compile(Script), LazyThreadSafetyMode.ExecutionAndPublication);

    private readonly Tensor _shape; // (out, in), one number that stands for all: only its sizes are read
    private readonly Tensor _packed;
    private readonly Tensor _sums; // (out)
    private readonly Tensor _scale; // (out)
    private readonly Tensor _bias; // (out), over the scale

    private PackedProduct(Tensor shape, Tensor packed, Tensor sums, Tensor scale, Tensor bias) =>
        (_shape, _packed, _sums, _scale, _bias) = (shape, packed, sums, scale, bias);

    /// <summary>Packs a weight.</summary>
    /// <param name="weight">(out, in) of int8.</param>
    /// <param name="scale">(out) above 0.</param>
    /// <param name="bias">(out).</param>
    /// <exception cref="CheckpointException">The processor cannot multiply such weights.</exception>
    public static PackedProduct Of(Tensor weight, Tensor scale, Tensor bias)
    {
        EnsureSupported(Avx2.IsSupported);
        using var quiet = no_grad();
        using var scope = NewDisposeScope();
        try
        {
            return new PackedProduct(
                zeros(1, dtype: int8).expand(weight.shape).DetachFromDisposeScope(),
                ((Tensor)Compiled.Value.invoke("pack", weight)!).DetachFromDisposeScope(),
                weight.sum(1, type: int32).DetachFromDisposeScope(),
                scale.detach().clone().DetachFromDisposeScope(),
                (bias.detach() / scale.detach()).DetachFromDisposeScope());
        }
        catch (ExternalException exception)
        {
            throw new CheckpointException($"The weights are of 8 bits, and libtorch cannot multiply them here; take the model's fp32 folder. {exception.Message}", exception);
        }
    }

    /// <summary>Refuses a processor on which there is no such product.</summary>
    /// <param name="isAvx2">Whether it has AVX2.</param>
    /// <exception cref="CheckpointException">It has not.</exception>
    internal static void EnsureSupported(bool isAvx2)
    {
        if (!isAvx2)
        {
            throw new CheckpointException("The weights are of 8 bits, and this processor cannot multiply them: that takes x86-64 with AVX2. Take the model's fp32 folder here.");
        }
    }

    /// <summary>(..., in) -> (..., out).</summary>
    public Tensor Forward(Tensor values)
    {
        using var scope = NewDisposeScope();
        var flat = values.dim() == 2 ? values : values.flatten(0, -2);
        var outputs = (Tensor)Compiled.Value.invoke("product", flat.contiguous(), _shape, _packed, _sums, _scale, _bias)!;
        return outputs.view([.. values.shape.AsSpan()[..^1], _shape.shape[0]]).MoveToOuterDisposeScope();
    }

    /// <inheritdoc />
    public void Dispose()
    {
        foreach (var tensor in new[] { _shape, _packed, _sums, _scale, _bias })
        {
            tensor.Dispose();
        }
    }
}
