namespace OrleansSeg.Model.Federation.Fitting;

/// <summary>Fixed bins of numbers, the same for every trainer of every run: 64 for each doubling, on both sides of 0.</summary>
/// <remarks>
/// Bins grow with the numbers, so a bin is at most 1.6 % wide wherever it lies; a whole number below 128 has a bin of its own. What is
/// nearer to 0 than 2^-10 counts as 0, and what is beyond 2^40 belongs to the outermost bin.
/// </remarks>
public static class ValueBins
{
    /// <summary>The outermost bin; bins go from its negative to it.</summary>
    public const int Last = 50 * PerDoubling;

    private const int PerDoubling = 64;
    private const int Shift = 52 - 6;
    private static readonly long First = BitConverter.DoubleToInt64Bits(Math.ScaleB(1, -10)) >> Shift;

    /// <summary>The bin of a finite number.</summary>
    public static int Of(double value)
    {
        // The bits of a double, read as an integer, are in the order of the numbers: cutting off the low ones makes bins.
        var size = (int)Math.Clamp((BitConverter.DoubleToInt64Bits(Math.Abs(value)) >> Shift) - First + 1, 0, Last);
        return value < 0 ? -size : size;
    }

    /// <summary>The number nearest to 0 that a bin holds.</summary>
    public static double EdgeOf(int bin) =>
        bin == 0 ? 0 : Math.CopySign(BitConverter.Int64BitsToDouble((Math.Abs(bin) - 1 + First) << Shift), bin);

    /// <summary>The number that stands for a bin: the whole number at its edge where there is one, else its middle.</summary>
    public static double ValueOf(int bin)
    {
        var edge = EdgeOf(bin);
        return edge == Math.Truncate(edge) ? edge : (edge + EdgeOf(bin + Math.Sign(bin))) / 2;
    }
}
