using System.Numerics.Tensors;
using OrleansSeg.Model.Bundles;
using OrleansSeg.Model.Text.Transformer;

namespace OrleansSeg.Model.Text.Checkpoints;

/// <summary>A product's weight in 8 bits: each row as whole numbers from -127 to 127, and what they are multiplied by.</summary>
/// <remarks>
/// Symmetric, with a scale for each output, as in Jacob et al. 2018, arXiv:1712.05877, and Krishnamoorthi 2018, arXiv:1806.08342, section
/// 3.1.2: a row of small weights loses nothing to one of large ones.
/// </remarks>
/// <param name="Weight">(out, in) of I8.</param>
/// <param name="Scale">(out), named <see cref="Int8Linear.ScaleName"/> beside the weight.</param>
internal sealed record Int8Rows(StoredTensor Weight, StoredTensor Scale)
{
    private const float Largest = 127;

    /// <summary>Rounds a weight.</summary>
    /// <param name="weight">(out, in).</param>
    public static Int8Rows Of(StoredTensor weight)
    {
        var (rows, width) = ((int)weight.Shape[0], (int)weight.Shape[1]);
        var (values, scales) = (new float[weight.Values.Length], new float[rows]);
        for (var row = 0; row < rows; row++)
        {
            var from = weight.Values.AsSpan(row * width, width);
            var to = values.AsSpan(row * width, width);

            // A row of nothing keeps a scale that biases can be divided by.
            var scale = TensorPrimitives.MaxMagnitude<float>(from) / Largest;
            scales[row] = Math.Abs(scale) >= CheckpointWeights.ScaleMin ? Math.Abs(scale) : 1;
            TensorPrimitives.Divide(from, scales[row], to);
            TensorPrimitives.Round(to, to);
        }

        return new Int8Rows(new StoredTensor(weight.Shape, values) { Type = SafeTensorsType.Int8 }, new StoredTensor([rows], scales));
    }
}
