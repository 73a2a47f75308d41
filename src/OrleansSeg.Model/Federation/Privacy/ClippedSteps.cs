namespace OrleansSeg.Model.Federation.Privacy;

/// <summary>Vectors clipped to a norm and cut to whole steps towards zero; the norm in steps is checked in exact arithmetic.</summary>
internal static class ClippedSteps
{
    /// <summary>Fills <paramref name="steps"/> with the vector, clipped to a norm and weighted.</summary>
    /// <param name="values">One with a number that is not finite counts as zeros.</param>
    /// <param name="weight">0 to 1.</param>
    /// <param name="normMax">Norm that is not exceeded; at most 2^52 steps.</param>
    /// <param name="step">Size of a step; above 0.</param>
    /// <param name="steps">As long as <paramref name="values"/>.</param>
    public static void Cut(ReadOnlySpan<float> values, double weight, double normMax, double step, Span<long> steps)
    {
        var norm = ClippedSum.Norm(values);
        if (!double.IsFinite(norm))
        {
            steps.Clear();
            return;
        }

        var stepsMax = (UInt128)Math.Floor(normMax / step);
        var factor = weight * Math.Min(1, normMax / Math.Max(norm, double.Epsilon));
        while (!TryCut(values, factor / step, stepsMax * stepsMax, steps))
        {
            factor *= 1 - Math.ScaleB(1, -30);
        }
    }

    private static bool TryCut(ReadOnlySpan<float> values, double stepsPerUnit, UInt128 squaredMax, Span<long> steps)
    {
        UInt128 squared = 0;
        for (var i = 0; i < values.Length; i++)
        {
            var cut = (long)(values[i] * stepsPerUnit);
            steps[i] = cut;
            squared += (UInt128)Math.BigMul(cut, cut);
        }

        return squared <= squaredMax;
    }
}
