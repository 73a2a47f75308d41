namespace OrleansSeg.Model.Evaluation;

/// <summary>Golden-section search (Kiefer 1953): the least value of a function of one number that falls and then rises.</summary>
internal static class GoldenSection
{
    private static readonly double Ratio = (Math.Sqrt(5) - 1) / 2;

    /// <summary>Where the function is least.</summary>
    /// <param name="function">What is made small.</param>
    /// <param name="low">Least place looked at.</param>
    /// <param name="high">Largest place looked at.</param>
    /// <param name="tolerance">Width of what is left when the search ends, at whose middle the answer lies.</param>
    public static double Minimize(Func<double, double> function, double low, double high, double tolerance)
    {
        while (high - low > tolerance)
        {
            var (one, other) = (high - (Ratio * (high - low)), low + (Ratio * (high - low)));
            (low, high) = function(one) < function(other) ? (low, other) : (one, high);
        }

        return (low + high) / 2;
    }
}
