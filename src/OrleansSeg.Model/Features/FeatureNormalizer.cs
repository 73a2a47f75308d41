namespace OrleansSeg.Model.Features;

/// <summary>Turns raw aggregates into what a network or a regression can use; fitted on training examples alone.</summary>
/// <remarks>
/// Each feature is clipped to its 0.5th to 99.5th percentile (winsorized), passed through a signed log1p when its tail is heavy, and
/// scaled to mean 0 and deviation 1; a missing value becomes 0 and raises the indicator that follows the values. What hardly any
/// example has says nothing, and what hardly any lacks has no indicator: a number that stands still in training keeps weights that nothing
/// has taught, and moves every forecast once it changes, as a season does in a shop's second year.
/// </remarks>
/// <param name="Low">(F) lower clips.</param>
/// <param name="High">(F) upper clips.</param>
/// <param name="Logarithmic">(F) whether the log is taken.</param>
/// <param name="Mean">(F) means after the log.</param>
/// <param name="Deviation">(F) deviations after the log, never 0.</param>
/// <param name="Indicators">Features that are sometimes missing, each with an indicator.</param>
public sealed record FeatureNormalizer(float[] Low, float[] High, bool[] Logarithmic, float[] Mean, float[] Deviation, int[] Indicators)
{
    /// <summary>Share of the values that is clipped at each end.</summary>
    internal const double ClippedShare = 0.005;

    /// <summary>Share of the rows that must have a feature for it to tell anything, and that must lack it for that to tell anything.</summary>
    internal const double TellingShare = 0.01;

    /// <summary>Width of the output (W): features and indicators.</summary>
    public int Width => Low.Length + Indicators.Length;

    /// <summary>Fits on raw rows.</summary>
    /// <param name="rows">N rows of (F) raw features, NaN for missing; N at least 1.</param>
    public static FeatureNormalizer Fit(IReadOnlyList<float[]> rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        var width = rows[0].Length;
        float[][] known = [.. Enumerable.Range(0, width).Select(f => rows.Select(row => row[f]).Where(float.IsFinite).Order().ToArray())];
        var normalizer = new FeatureNormalizer(
            new float[width], new float[width], new bool[width], new float[width], new float[width],
            [.. Enumerable.Range(0, width).Where(f => IsTelling(known[f].Length, rows.Count) && IsTelling(rows.Count - known[f].Length, rows.Count))]);
        for (var feature = 0; feature < width; feature++)
        {
            normalizer.FitOne(feature, IsTelling(known[feature].Length, rows.Count) ? known[feature] : []);
        }

        return normalizer;
    }

    /// <summary>Whether every part has <paramref name="features"/> values that can be applied: false for a damaged file.</summary>
    internal bool Fits(int features) =>
        new[] { Low?.Length, High?.Length, Logarithmic?.Length, Mean?.Length, Deviation?.Length }.All(length => length == features)
        && Indicators is not null
        && Indicators.All(feature => feature >= 0 && feature < features)
        && Deviation!.All(deviation => deviation > 0);

    /// <summary>Whether as many of all rows are enough to learn from.</summary>
    internal static bool IsTelling(long some, long all) => some > 0 && some >= TellingShare * all;

    /// <summary>Whether a feature's log is taken.</summary>
    internal static bool IsHeavyTailed(float high, double mean, float median) => high > 10 && mean > 1.3 * median;

    /// <summary>What a variance scales by: never 0.</summary>
    internal static float DeviationOf(double variance) => variance > 1e-12 ? (float)Math.Sqrt(variance) : 1f;

    /// <summary>Normalizes one row.</summary>
    /// <param name="raw">(F) raw features.</param>
    /// <param name="normalized">(W) destination.</param>
    public void Apply(ReadOnlySpan<float> raw, Span<float> normalized)
    {
        for (var feature = 0; feature < Low.Length; feature++)
        {
            normalized[feature] = float.IsFinite(raw[feature])
                ? (Shape(feature, raw[feature]) - Mean[feature]) / Deviation[feature]
                : 0f;
        }

        for (var i = 0; i < Indicators.Length; i++)
        {
            normalized[Low.Length + i] = float.IsFinite(raw[Indicators[i]]) ? 0f : 1f;
        }
    }

    private void FitOne(int feature, float[] sorted)
    {
        Deviation[feature] = 1f;
        if (sorted.Length == 0)
        {
            return;
        }

        Low[feature] = sorted[(int)(ClippedShare * (sorted.Length - 1))];
        High[feature] = sorted[(int)Math.Ceiling((1 - ClippedShare) * (sorted.Length - 1))];
        var mean = sorted.Average(value => (double)value);
        var median = sorted[sorted.Length / 2];
        Logarithmic[feature] = IsHeavyTailed(High[feature], mean, median);
        var shaped = sorted.Select(value => (double)Shape(feature, value)).ToList();
        Mean[feature] = (float)shaped.Average();
        var variance = shaped.Average(value => (value - Mean[feature]) * (value - Mean[feature]));
        Deviation[feature] = DeviationOf(variance);
    }

    /// <summary>A value clipped, and its log taken where the tail is heavy.</summary>
    internal float Shape(int feature, float value)
    {
        var clipped = Math.Clamp(value, Low[feature], High[feature]);
        return Logarithmic[feature] ? MathF.CopySign(MathF.Log(1 + MathF.Abs(clipped)), clipped) : clipped;
    }
}
