namespace OrleansSeg.Model.Federation.SecureAggregation;

/// <summary>Numbers as whole multiples of one step, in the integers modulo 2^<c>RingBits</c>, at a scale all trainers share.</summary>
/// <remarks>
/// Negative numbers are two's complement. A number of at most <see cref="Bound"/> becomes at most <see cref="EncodedMax"/> steps, and the
/// constructor proves that <see cref="TrainersMax"/> · <see cref="EncodedMax"/> stays below half the ring: the sum of that many encoded
/// numbers cannot wrap, so it decodes to exactly the sum of the encodings.
/// </remarks>
public sealed record FixedPoint
{
    /// <summary>Above this many steps a double no longer counts one by one.</summary>
    private const double ExactStepsMax = 1L << 53;

    /// <exception cref="ArgumentOutOfRangeException">A value is outside its bounds, or the sum of all trainers' numbers could wrap.</exception>
    public FixedPoint(int ringBits, int fractionBits, double bound, int trainersMax)
    {
        if (ringBits is not (32 or 64))
        {
            throw new ArgumentOutOfRangeException(nameof(ringBits), ringBits, "The ring has 32 or 64 bits.");
        }

        ArgumentOutOfRangeException.ThrowIfNegative(fractionBits);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(fractionBits, 62);
        ArgumentOutOfRangeException.ThrowIfLessThan(trainersMax, 1);
        var steps = Math.Ceiling(bound * Math.ScaleB(1, fractionBits));
        if (!(bound > 0) || !(steps <= ExactStepsMax))
        {
            throw new ArgumentOutOfRangeException(
                nameof(bound), bound, $"The bound is above 0, and at most 2^53 steps of 2^-{fractionBits}.");
        }

        if ((Int128)(long)steps * trainersMax >= Int128.One << (ringBits - 1))
        {
            throw new ArgumentOutOfRangeException(
                nameof(bound), bound, $"The sum of {trainersMax} numbers of {steps} steps wraps in a ring of {ringBits} bits.");
        }

        (RingBits, FractionBits, Bound, TrainersMax, EncodedMax) = (ringBits, fractionBits, bound, trainersMax, (long)steps);
    }

    /// <summary>32 or 64: a masked number takes 4 or 8 bytes.</summary>
    public int RingBits { get; }

    /// <summary>The step is 2 to the minus this; 0 to 62.</summary>
    public int FractionBits { get; }

    /// <summary>Largest magnitude that is encoded.</summary>
    public double Bound { get; }

    /// <summary>Most numbers that are summed.</summary>
    public int TrainersMax { get; }

    /// <summary>Steps that <see cref="Bound"/> makes, rounded up.</summary>
    public long EncodedMax { get; }

    /// <summary>Most fraction bits, up to <paramref name="most"/>, with which the sum of the trainers' numbers cannot wrap.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Not even whole numbers fit.</exception>
    public static FixedPoint Finest(int ringBits, double bound, int trainersMax, int most = 40)
    {
        for (var bits = most; bits > 0; bits--)
        {
            var steps = Math.Ceiling(bound * Math.ScaleB(1, bits));
            if (steps <= ExactStepsMax && steps * trainersMax < Math.ScaleB(1, ringBits - 1))
            {
                return new FixedPoint(ringBits, bits, bound, trainersMax);
            }
        }

        return new FixedPoint(ringBits, 0, bound, trainersMax);
    }

    /// <summary>The nearest step; ties go away from zero.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is no number, or its magnitude is above <see cref="Bound"/>.</exception>
    public long ToSteps(double value) => Math.Abs(value) <= Bound
        ? (long)Math.Round(Math.ScaleB(value, FractionBits), MidpointRounding.AwayFromZero)
        : throw new ArgumentOutOfRangeException(nameof(value), value, $"Only numbers of magnitude {Bound} or less are encoded.");

    /// <summary>The value that a number of steps stands for.</summary>
    public double FromSteps(long steps) => Math.ScaleB(steps, -FractionBits);

    /// <summary>A ring element as a signed number of steps; ring bits above <see cref="RingBits"/> are ignored.</summary>
    public long Signed(ulong element) => RingBits == 32 ? (int)element : (long)element;
}
