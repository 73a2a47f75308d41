using System.Runtime.CompilerServices;

namespace OrleansSeg.Model.Federation.Aggregation;

/// <summary>Bounds of strategies' options; NaN is outside of each.</summary>
internal static class OptionBounds
{
    /// <summary>Largest step that a server option may ask for: beyond it lies a slip of the keyboard.</summary>
    public const double RateMax = 100;

    /// <summary>Above 0, at most <paramref name="max"/>.</summary>
    public static void CheckPositive(double value, double max, [CallerArgumentExpression(nameof(value))] string name = "") =>
        Check(value > 0 && value <= max, value, $"above 0 and at most {max}", name);

    /// <summary>From 0 to <paramref name="max"/>.</summary>
    public static void CheckAtMost(double value, double max, [CallerArgumentExpression(nameof(value))] string name = "") =>
        Check(value >= 0 && value <= max, value, $"0 to {max}", name);

    /// <summary>From 0 to below 1.</summary>
    public static void CheckFraction(double value, [CallerArgumentExpression(nameof(value))] string name = "") =>
        Check(value is >= 0 and < 1, value, "at least 0 and below 1", name);

    private static void Check(bool fits, double value, string bounds, string name)
    {
        if (!fits)
        {
            throw new ArgumentOutOfRangeException(name, value, $"Must be {bounds}.");
        }
    }
}
