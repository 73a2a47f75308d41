namespace OrleansSeg.Model.Federation.Rounds;

/// <summary>A vector no longer than a bound.</summary>
/// <param name="Values">(P) the vector.</param>
/// <param name="NormBefore">Its Euclidean norm before it was clipped.</param>
public sealed record ClippedVector(float[] Values, double NormBefore);

/// <summary>Shortens updates at the trainer, where the server sees none of them.</summary>
public static class UpdateClipping
{
    /// <summary>The vector itself if its norm is at most <paramref name="normMax"/>; else scaled down to it, never above by rounding.</summary>
    /// <param name="vector">(P) left as it is.</param>
    /// <param name="normMax">Above 0 and finite.</param>
    /// <exception cref="ArgumentException">A number is NaN or infinite: such an update has no direction and must not be sent.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The bound is not above 0 and finite.</exception>
    public static ClippedVector Clip(ReadOnlySpan<float> vector, double normMax)
    {
        if (!(normMax > 0 && double.IsFinite(normMax)))
        {
            throw new ArgumentOutOfRangeException(nameof(normMax), normMax, "Must be above 0 and finite.");
        }

        var bad = vector.IndexOfFirstNotFinite();
        if (bad >= 0)
        {
            throw new ArgumentException($"Number {bad} is {vector[bad]}.", nameof(vector));
        }

        var (values, norm) = (vector.ToArray(), Norm(vector));
        var scale = Math.Min(1, normMax / norm);
        while (scale < 1)
        {
            for (var i = 0; i < values.Length; i++)
            {
                values[i] = (float)(vector[i] * scale);
            }

            // Rounding to single precision can lengthen the vector by a hair, which a privacy proof would not forgive.
            scale = Norm(values) > normMax ? scale * (1 - 1e-7) : 1;
        }

        return new ClippedVector(values, norm);
    }

    /// <summary>The Euclidean norm, summed in double.</summary>
    public static double Norm(ReadOnlySpan<float> vector)
    {
        var sum = 0.0;
        foreach (double value in vector)
        {
            sum += value * value;
        }

        return Math.Sqrt(sum);
    }

    /// <summary>Where the first NaN or infinity is; -1 for none.</summary>
    internal static int IndexOfFirstNotFinite(this ReadOnlySpan<float> vector)
    {
        for (var i = 0; i < vector.Length; i++)
        {
            if (!float.IsFinite(vector[i]))
            {
                return i;
            }
        }

        return -1;
    }

    /// <summary>Where the first NaN or infinity is; -1 for none.</summary>
    internal static int IndexOfFirstNotFinite(this Span<float> vector) => ((ReadOnlySpan<float>)vector).IndexOfFirstNotFinite();
}
