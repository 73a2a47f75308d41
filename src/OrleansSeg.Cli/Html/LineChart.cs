using System.Globalization;
using OrleansSeg.Cli.Rounds;

namespace OrleansSeg.Cli.Html;

/// <summary>A line chart of one metric over the rounds, as inline SVG.</summary>
internal static class LineChart
{
    private const double Width = 380;
    private const double Height = 230;
    private const double Left = 72;
    private const double Right = 14;
    private const double Top = 12;
    private const double Bottom = 44;
    private const int RoundTicksMax = 10;
    private const int NameLengthMax = 28;

    /// <summary>Larger magnitudes are left out, as what is no number is: their differences would not be finite.</summary>
    private const double MagnitudeMax = 1e100;

    /// <summary>Writes the chart.</summary>
    /// <param name="html">Where to.</param>
    /// <param name="name">The metric.</param>
    /// <param name="points">Its value in each round that measured it, by round.</param>
    /// <param name="rounds">Rounds of the run.</param>
    public static void Write(HtmlWriter html, string name, IEnumerable<(int Round, double Value)> points, int rounds)
    {
        var drawn = points.Where(point => double.IsFinite(point.Value) && Math.Abs(point.Value) < MagnitudeMax).OrderBy(point => point.Round).ToList();
        html.Write($"<figure><figcaption>{name}</figcaption>");
        if (drawn.Count == 0)
        {
            html.Write($"<p class=\"none\">No finite value was measured.</p></figure>\n");
            return;
        }

        var scale = ChartScale.Of([.. drawn.Select(point => point.Value)]);
        html.Write($"<svg viewBox=\"0 0 {Width} {Height}\" role=\"img\" aria-label=\"{name} over rounds\">");
        WriteAxes(html, name, scale, rounds);
        foreach (var piece in Unbroken(drawn))
        {
            html.Write($"<polyline points=\"{string.Join(' ', piece.Select(point => $"{Text(X(point.Round, rounds))},{Text(Y(point.Value, scale))}"))}\"/>");
        }

        foreach (var (round, value) in drawn)
        {
            html.Write($"<circle cx=\"{Text(X(round, rounds))}\" cy=\"{Text(Y(value, scale))}\" r=\"3\"><title>round {round}: {value}</title></circle>");
        }

        html.Write($"</svg></figure>\n");
    }

    private static void WriteAxes(HtmlWriter html, string name, ChartScale scale, int rounds)
    {
        foreach (var tick in scale.Ticks)
        {
            var y = Y(tick, scale);
            html.Write($"<line class=\"grid\" x1=\"{Left}\" x2=\"{Width - Right}\" y1=\"{Text(y)}\" y2=\"{Text(y)}\"/>");
            html.Write($"<text class=\"tick\" x=\"{Left - 6}\" y=\"{Text(y + 4)}\" text-anchor=\"end\">{RunWords.Number(tick)}</text>");
        }

        var every = (rounds + RoundTicksMax - 1) / RoundTicksMax;
        for (var round = 1; round <= rounds; round += every)
        {
            html.Write($"<text class=\"tick\" x=\"{Text(X(round, rounds))}\" y=\"{Height - Bottom + 18}\" text-anchor=\"middle\">{round}</text>");
        }

        var (middleX, middleY) = ((Left + Width - Right) / 2, (Top + Height - Bottom) / 2);
        html.Write($"<line class=\"axis\" x1=\"{Left}\" x2=\"{Width - Right}\" y1=\"{Height - Bottom}\" y2=\"{Height - Bottom}\"/>");
        html.Write($"<line class=\"axis\" x1=\"{Left}\" x2=\"{Left}\" y1=\"{Top}\" y2=\"{Height - Bottom}\"/>");
        html.Write($"<text x=\"{middleX}\" y=\"{Height - 6}\" text-anchor=\"middle\">round</text>");
        html.Write($"<text transform=\"translate(14 {middleY}) rotate(-90)\" text-anchor=\"middle\">{Shortened(name)}</text>");
    }

    /// <summary>Pieces without a round missing in between: over a gap there is no line.</summary>
    private static IEnumerable<List<(int Round, double Value)>> Unbroken(List<(int Round, double Value)> points) => points
        .Select((point, place) => (Point: point, Piece: point.Round - place))
        .GroupBy(one => one.Piece, one => one.Point)
        .Select(piece => piece.ToList())
        .Where(piece => piece.Count > 1);

    private static double X(int round, int rounds) => Left + ((Width - Left - Right) * (round - 0.5) / Math.Max(rounds, 1));

    private static double Y(double value, ChartScale scale) => Height - Bottom - ((Height - Top - Bottom) * scale.Place(value));

    private static string Text(double coordinate) => coordinate.ToString("0.##", CultureInfo.InvariantCulture);

    private static string Shortened(string name) => name.Length <= NameLengthMax ? name : string.Concat(name.AsSpan(0, NameLengthMax), "…");
}
