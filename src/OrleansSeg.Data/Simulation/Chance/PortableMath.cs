namespace OrleansSeg.Data.Simulation.Chance;

/// <summary>Exponential and logarithm from additions, multiplications and divisions alone.</summary>
/// <remarks>
/// Those are rounded the same on every machine; the C library's own versions are not, and one different last bit would make another shop.
/// Accurate to about 1e-15 relative, which is plenty for drawing numbers.
/// </remarks>
internal static class PortableMath
{
    private const double Ln2High = 0.693147180369123816490;
    private const double Ln2Low = 1.90821492927058770002e-10;
    private const double Ln2 = 0.693147180559945309417;

    /// <summary>e to the power of <paramref name="x"/>, for |x| at most 700.</summary>
    public static double Exp(double x)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Math.Abs(x), 700);
        var doublings = Math.Floor((x / Ln2) + 0.5);
        var rest = x - (doublings * Ln2High) - (doublings * Ln2Low);
        double term = 1, sum = 1;
        for (var n = 1; n <= 17; n++)
        {
            term *= rest / n;
            sum += term;
        }

        return sum * BitConverter.Int64BitsToDouble(((long)doublings + 1023) << 52);
    }

    /// <summary>Natural logarithm of a positive normal number.</summary>
    public static double Log(double x)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(x, 2.2250738585072014E-308);
        var bits = BitConverter.DoubleToInt64Bits(x);
        var exponent = (int)(bits >> 52) - 1023;
        var mantissa = BitConverter.Int64BitsToDouble((bits & 0x000F_FFFF_FFFF_FFFF) | 0x3FF0_0000_0000_0000);
        if (mantissa > 1.4142135623730951)
        {
            mantissa /= 2;
            exponent++;
        }

        // log m = 2 artanh((m - 1) / (m + 1)); the argument is at most 0.172, so twelve terms are exact.
        var s = (mantissa - 1) / (mantissa + 1);
        double square = s * s, sum = 0;
        for (var n = 23; n >= 1; n -= 2)
        {
            sum = (sum * square) + (1.0 / n);
        }

        return (exponent * Ln2High) + ((2 * s * sum) + (exponent * Ln2Low));
    }

    /// <summary><paramref name="x"/> to the power of <paramref name="y"/>, for positive x.</summary>
    public static double Pow(double x, double y) => Exp(y * Log(x));
}
