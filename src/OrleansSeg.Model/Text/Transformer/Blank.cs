using OrleansSeg.Model.Native;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace OrleansSeg.Model.Text.Transformer;

/// <summary>Modules whose weights are yet to be loaded or drawn.</summary>
/// <remarks>TorchSharp's own draw random weights from the process's generator: a second for 110 million, for nothing, and out of any seed's reach.</remarks>
internal static class Blank
{
    /// <summary>x W' + b, of weight (out, in) and bias (out).</summary>
    public static Linear Linear(long inputs, long outputs) =>
        nn.Linear(new Parameter(empty(outputs, inputs)), new Parameter(empty(outputs)));

    /// <summary>A product of a configuration's precision: a <see cref="Linear"/>, or an <see cref="Int8Linear"/>.</summary>
    public static nn.Module Product(BertFamilyConfig config, long inputs, long outputs) =>
        config.Precision == ComputePrecision.Int8 ? new Int8Linear(inputs, outputs) : Linear(inputs, outputs);

    /// <summary>Draws all weights: normal with a deviation of 0.02, biases 0, normalization 1 and 0 (Devlin et al. 2019, their code).</summary>
    public static void Draw(nn.Module module, Generator random)
    {
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        foreach (var (name, weight) in module.named_parameters())
        {
            if (weight.dim() > 1)
            {
                weight.normal_(0, 0.02, random);
            }
            else
            {
                weight.SetTo(name.EndsWith("LayerNorm.weight", StringComparison.Ordinal) ? 1 : 0);
            }
        }
    }
}
