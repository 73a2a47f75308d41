using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace OrleansSeg.Model.Text.Transformer;

/// <summary>The curve between a layer's two products.</summary>
public enum Activation
{
    /// <summary>x · Φ(x), exactly (Hendrycks and Gimpel 2016, arXiv:1606.08415): <c>gelu</c>.</summary>
    Gelu,

    /// <summary>Its approximation by a hyperbolic tangent: <c>gelu_new</c>.</summary>
    GeluTanh,

    /// <summary>max(x, 0): <c>relu</c>.</summary>
    Relu,

    /// <summary>The hyperbolic tangent, between the two products of some heads.</summary>
    Tanh,
}

/// <summary>Applies the curves.</summary>
internal static class Activations
{
    /// <summary>The curve of a value; the result has the value's shape.</summary>
    public static Tensor Apply(this Activation activation, Tensor value) => activation switch
    {
        Activation.Gelu => nn.functional.gelu(value),
        Activation.GeluTanh => nn.functional.gelu(value, GELU.Approximate.tanh),
        Activation.Relu => nn.functional.relu(value),
        Activation.Tanh => value.tanh(),
        _ => throw new ArgumentOutOfRangeException(nameof(activation), activation, null),
    };
}
