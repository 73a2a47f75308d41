using System.Globalization;
using OrleansSeg.Cli.Rounds;

namespace OrleansSeg.Cli.Html;

/// <summary>Curves over one number, as inline SVG, with a legend.</summary>
/// <param name="title">What is shown.</param>
/// <param name="across">What runs to the right.</param>
/// <param name="up">What runs upwards.</param>
internal sealed class CurveChart(string title, string across, string up)
{
    private const double Width = 460;
    private const double Height = 330;
    private const double Left = 62;
    private const double Right = 14;
    private const double Top = 12;
    private const double Bottom = 46;
    private const int SeriesMax = 6;

    private readonly List<CurveSeries> _series = [];

    /// <summary>Whether a line from corner to corner says what no skill, or perfect calibration, would be; both axes then run from 0 to 1.</summary>
    public bool HasDiagonal { get; init; }

    /// <summary>Adds a curve; what is no finite number is left out, and more than six curves are too many to tell apart.</summary>
    public void Add(CurveSeries series)
    {
        var drawn = series.Points.Where(point => double.IsFinite(point.X) && double.IsFinite(point.Y) && Math.Abs(point.Y) < 1e100).ToList();
        if (drawn.Count > 0 && _series.Count < SeriesMax)
        {
            _series.Add(series with { Points = drawn });
        }
    }

    /// <summary>Writes it; nothing where there is no curve.</summary>
    public void Write(HtmlWriter html)
    {
        if (_series.Count == 0)
        {
            return;
        }

        var points = _series.SelectMany(series => series.Points).ToList();
        var (x, y) = HasDiagonal
            ? (ChartScale.Of([0, 1]), ChartScale.Of([0, 1]))
            : (ChartScale.Of([.. points.Select(point => point.X)]), ChartScale.Of([.. points.SelectMany(point => new[] { point.Y, point.Low ?? point.Y, point.High ?? point.Y })]));
        html.Write($"<figure><figcaption>{title}</figcaption><svg viewBox=\"0 0 {Width} {Text(Height + (18 * ((_series.Count + 1) / 2)))}\" role=\"img\" aria-label=\"{title}\">");
        WriteAxes(html, x, y);
        if (HasDiagonal)
        {
            html.Write($"<line class=\"diagonal\" x1=\"{Left}\" y1=\"{Height - Bottom}\" x2=\"{Width - Right}\" y2=\"{Top}\"/>");
        }

        // The first one, which counts most, is drawn last and so on top.
        for (var number = _series.Count - 1; number >= 0; number--)
        {
            WriteSeries(html, _series[number], number, x, y);
        }

        WriteLegend(html);
        html.Write($"</svg></figure>\n");
    }

    private void WriteAxes(HtmlWriter html, ChartScale x, ChartScale y)
    {
        foreach (var tick in y.Ticks)
        {
            html.Write($"<line class=\"grid\" x1=\"{Left}\" x2=\"{Width - Right}\" y1=\"{Text(Y(tick, y))}\" y2=\"{Text(Y(tick, y))}\"/>");
            html.Write($"<text class=\"tick\" x=\"{Left - 6}\" y=\"{Text(Y(tick, y) + 4)}\" text-anchor=\"end\">{RunWords.Number(tick)}</text>");
        }

        foreach (var tick in x.Ticks)
        {
            html.Write($"<text class=\"tick\" x=\"{Text(X(tick, x))}\" y=\"{Height - Bottom + 18}\" text-anchor=\"middle\">{RunWords.Number(tick)}</text>");
        }

        html.Write($"<line class=\"axis\" x1=\"{Left}\" x2=\"{Width - Right}\" y1=\"{Height - Bottom}\" y2=\"{Height - Bottom}\"/>");
        html.Write($"<line class=\"axis\" x1=\"{Left}\" x2=\"{Left}\" y1=\"{Top}\" y2=\"{Height - Bottom}\"/>");
        html.Write($"<text x=\"{(Left + Width - Right) / 2}\" y=\"{Height - 8}\" text-anchor=\"middle\">{across}</text>");
        html.Write($"<text transform=\"translate(14 {(Top + Height - Bottom) / 2}) rotate(-90)\" text-anchor=\"middle\">{up}</text>");
    }

    private static void WriteSeries(HtmlWriter html, CurveSeries series, int number, ChartScale x, ChartScale y)
    {
        html.Write($"<polyline class=\"s{number}\" points=\"{string.Join(' ', series.Points.Select(point => $"{Text(X(point.X, x))},{Text(Y(point.Y, y))}"))}\"/>");
        foreach (var point in series.Points)
        {
            if (series.ShowsIntervals && point is { Low: { } low, High: { } high })
            {
                html.Write($"<line class=\"s{number} interval\" x1=\"{Text(X(point.X, x))}\" x2=\"{Text(X(point.X, x))}\" y1=\"{Text(Y(low, y))}\" y2=\"{Text(Y(high, y))}\"/>");
            }

            html.Write($"<circle class=\"s{number}\" cx=\"{Text(X(point.X, x))}\" cy=\"{Text(Y(point.Y, y))}\" r=\"{(number == 0 ? "3" : "2")}\">");
            html.Write($"<title>{series.Name}: {RunWords.Number(point.X)}, {RunWords.Number(point.Y)}{(point.Note is { } note ? $", {note}" : "")}</title></circle>");
        }
    }

    private void WriteLegend(HtmlWriter html)
    {
        for (var number = 0; number < _series.Count; number++)
        {
            var (left, top) = (Left + ((number % 2) * 200), Height + 6 + (18 * (number / 2)));
            html.Write($"<line class=\"s{number}\" x1=\"{Text(left)}\" x2=\"{Text(left + 22)}\" y1=\"{Text(top)}\" y2=\"{Text(top)}\" stroke-width=\"3\"/>");
            html.Write($"<text x=\"{Text(left + 28)}\" y=\"{Text(top + 4)}\">{_series[number].Name}</text>");
        }
    }

    private static double X(double value, ChartScale scale) => Left + ((Width - Left - Right) * scale.Place(value));

    private static double Y(double value, ChartScale scale) => Height - Bottom - ((Height - Top - Bottom) * scale.Place(value));

    private static string Text(double coordinate) => coordinate.ToString("0.##", CultureInfo.InvariantCulture);
}

/// <summary>One curve.</summary>
/// <param name="Name">Its name in the legend.</param>
/// <param name="Points">Its points, from left to right.</param>
/// <param name="ShowsIntervals">Whether intervals are drawn.</param>
internal sealed record CurveSeries(string Name, IReadOnlyList<ChartPoint> Points, bool ShowsIntervals = false);

/// <summary>One point of a curve.</summary>
/// <param name="X">Where to the right.</param>
/// <param name="Y">Where upwards.</param>
/// <param name="Low">Low end of its interval; null for none.</param>
/// <param name="High">High end of it.</param>
/// <param name="Note">What else to say of it; null for nothing.</param>
internal sealed record ChartPoint(double X, double Y, double? Low = null, double? High = null, string? Note = null);
