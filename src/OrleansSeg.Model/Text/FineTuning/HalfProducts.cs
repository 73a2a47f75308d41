using OrleansSeg.Model.Native;
using OrleansSeg.Model.Text.Transformer;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace OrleansSeg.Model.Text.FineTuning;

/// <summary>Mixed precision: products are computed in bf16 from fp32 weights, which keep the steps; all between them stays in fp32.</summary>
/// <remarks>
/// Micikevicius et al. 2018, arXiv:1710.03740; differs in the format: bf16 has the exponents of fp32, so losses need no scale (Kalamkar et al. 2019,
/// arXiv:1905.12322). TorchSharp has no autocast: this is done where layers ask for their products.
/// </remarks>
/// <param name="adapter">What else changes the products, in fp32; null for nothing.</param>
internal sealed class HalfProducts(TextAdapter? adapter) : IEncoderAdapter
{
    /// <inheritdoc />
    public Tensor Product(Linear product, Tensor values, Generator? dropout)
    {
        ArgumentNullException.ThrowIfNull(product);
        ArgumentNullException.ThrowIfNull(values);
        using var scope = NewDisposeScope();
        var outputs = nn.functional.linear(values.to(bfloat16), product.weight!.to(bfloat16), product.bias?.to(bfloat16)).to(float32);
        return (adapter?.Change(product, values, dropout) is { } change ? outputs.Plus(change) : outputs).MoveToOuterDisposeScope();
    }

    /// <inheritdoc />
    public Tensor Output(Linear product, Tensor outputs) => adapter?.Output(product, outputs) ?? outputs;
}
