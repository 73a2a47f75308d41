using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace OrleansSeg.Model.Text.Transformer;

/// <summary>Changes what an encoder's products give, without changing the encoder: chosen for each forward pass.</summary>
public interface IEncoderAdapter
{
    /// <summary>A product with its change: (B, T, in) -> (B, T, out).</summary>
    /// <param name="product">One of the encoder's products.</param>
    /// <param name="values">What goes in.</param>
    /// <param name="dropout">Draws the dropout of training; null in evaluation.</param>
    Tensor Product(Linear product, Tensor values, Generator? dropout);

    /// <summary>The change of what a residual product gave, before it is added to what went in before: (B, T, H) -> (B, T, H).</summary>
    /// <param name="product">The product.</param>
    /// <param name="outputs">What it gave, and dropout left of it.</param>
    Tensor Output(Linear product, Tensor outputs);
}

/// <summary>What goes along with a forward pass.</summary>
/// <param name="Dropout">Draws the dropout of training; null in evaluation.</param>
/// <param name="Adapter">What changes the layers' products; null for nothing.</param>
internal readonly record struct EncoderPass(Generator? Dropout, IEncoderAdapter? Adapter)
{
    /// <summary>(B, T, in) -> (B, T, out).</summary>
    public Tensor Product(nn.Module product, Tensor values) => product switch
    {
        Int8Linear packed => packed.Forward(values),
        Linear plain => Adapter is null ? plain.forward(values) : Adapter.Product(plain, values, Dropout),
        _ => throw new ArgumentException($"{product.GetName()} is no product. This is a bug.", nameof(product)),
    };

    /// <summary>(B, T, in) -> (B, T, H).</summary>
    public Tensor Output(nn.Module product, Tensor values, double dropout)
    {
        var outputs = Product(product, values).Drop(dropout, Dropout);
        return Adapter is null || product is not Linear plain ? outputs : Adapter.Output(plain, outputs);
    }
}
