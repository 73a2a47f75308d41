namespace OrleansSeg.Model.Federation.Privacy;

/// <summary>Arithmetic on logarithms, for sums whose terms no double holds.</summary>
internal static class LogSpace
{
    private const double Small = 1e-5;

    /// <summary>log(exp(left) + exp(right)).</summary>
    public static double Add(double left, double right)
    {
        var (low, high) = left < right ? (left, right) : (right, left);
        return double.IsInfinity(low) || double.IsInfinity(high) ? high : high + Log1Plus(Math.Exp(low - high));
    }

    /// <summary>log(1 + value), exact for small values too.</summary>
    public static double Log1Plus(double value) =>
        Math.Abs(value) < Small ? value - (value * value / 2) + (value * value * value / 3) : Math.Log(1 + value);

    /// <summary>log(exp(value) - 1) for a value above 0.</summary>
    public static double LogExpMinus1(double value) => value < Small
        ? Math.Log(value + (value * value / 2) + (value * value * value / 6))
        : value + Log1Plus(-Math.Exp(-value));
}
