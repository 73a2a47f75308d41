namespace OrleansSeg.Model.Federation.Privacy;

/// <summary>A sum of contributions, each clipped to a norm, in steps: one more or less moves it by at most that norm, exactly.</summary>
/// <remarks>
/// Floating-point sums move by more than the clip norm: rounding hangs on order and on everybody else (Casacuberta et al. 2022,
/// "Widespread underestimation of sensitivity in differentially private libraries and how to fix it", CCS). So each contribution is cut to
/// whole steps towards zero, its norm in steps is checked in exact arithmetic, and whole numbers are added.
/// </remarks>
public sealed class ClippedSum
{
    private readonly long[] steps;
    private readonly long[] contribution;

    internal ClippedSum(int length, GaussianMechanism mechanism) =>
        (steps, contribution, Mechanism) = (new long[length], new long[length], mechanism);

    /// <summary>Whose clip norm and step.</summary>
    public GaussianMechanism Mechanism { get; }

    /// <summary>Sums of steps so far; not private until released.</summary>
    internal ReadOnlySpan<long> Steps => steps;

    /// <summary>Adds one contribution, scaled down to the clip norm if it is longer. One that is not finite counts as zeros.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It has another length.</exception>
    public void Add(ReadOnlySpan<float> values)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(values.Length, steps.Length, nameof(values));
        ClippedSteps.Cut(values, 1, Mechanism.ClipNorm, Mechanism.Step, contribution);
        for (var i = 0; i < steps.Length; i++)
        {
            steps[i] = checked(steps[i] + contribution[i]);
        }
    }

    /// <summary>The Euclidean norm, in double precision.</summary>
    public static double Norm(ReadOnlySpan<float> values)
    {
        double sum = 0;
        foreach (var value in values)
        {
            sum += (double)value * value;
        }

        return Math.Sqrt(sum);
    }
}
