namespace OrleansSeg.Cli.Html;

/// <summary>An axis: its ends lie on round numbers, and so do the lines between them.</summary>
/// <param name="Min">The lower end.</param>
/// <param name="Max">The upper end, above the lower one.</param>
/// <param name="Ticks">Values that get a line and a number, ascending, both ends among them.</param>
internal sealed record ChartScale(double Min, double Max, IReadOnlyList<double> Ticks)
{
    private const int IntervalsWanted = 4;
    private const double Flat = 1e-9;
    private static readonly double[] Steps = [1, 2, 2.5, 5, 10];

    /// <summary>The axis of some values, which are finite; at least one.</summary>
    public static ChartScale Of(IReadOnlyCollection<double> values)
    {
        var (min, max) = (values.Min(), values.Max());
        if (max - min <= Flat * Math.Max(Math.Abs(min), Math.Abs(max)))
        {
            // A flat line lies in the middle.
            var room = min == 0 ? 1 : Math.Abs(min) / 10;
            (min, max) = (min - room, max + room);
        }

        var rough = (max - min) / IntervalsWanted;
        var power = Math.Pow(10, Math.Floor(Math.Log10(rough)));
        var step = power * Steps.First(step => power * step >= rough * (1 - Flat));
        var (first, last) = (Math.Floor((min / step) + Flat), Math.Ceiling((max / step) - Flat));
        var ticks = Enumerable.Range(0, (int)(last - first) + 1).Select(place => (first + place) * step).ToList();
        return new ChartScale(ticks[0], ticks[^1], ticks);
    }

    /// <summary>Where a value lies: 0 at the lower end, 1 at the upper.</summary>
    public double Place(double value) => (value - Min) / (Max - Min);
}
