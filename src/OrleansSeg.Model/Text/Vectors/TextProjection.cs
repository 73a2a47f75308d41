using System.Numerics.Tensors;

namespace OrleansSeg.Model.Text.Vectors;

/// <summary>From an encoder's vectors to the few numbers that a customer model reads: centred, projected, of unit length. E width before, X after.</summary>
/// <param name="Mean">(E) what is taken off first.</param>
/// <param name="Axes">(X, E) row by row.</param>
public sealed record TextProjection(float[] Mean, float[] Axes)
{
    private const float NormMin = 1e-6f;

    /// <summary>Width after the projection (X).</summary>
    public int Width => Axes.Length / Mean.Length;

    /// <summary>(E) -> (X); zero for what lies in the mean.</summary>
    public float[] Apply(ReadOnlySpan<float> vector)
    {
        var centred = new float[Mean.Length];
        TensorPrimitives.Subtract(vector, Mean, centred);
        var projected = new float[Width];
        for (var axis = 0; axis < projected.Length; axis++)
        {
            projected[axis] = TensorPrimitives.Dot(centred, Axes.AsSpan(axis * Mean.Length, Mean.Length));
        }

        var norm = TensorPrimitives.Norm<float>(projected);
        TensorPrimitives.Multiply(projected, norm > NormMin ? 1 / norm : 0, projected);
        return projected;
    }
}
