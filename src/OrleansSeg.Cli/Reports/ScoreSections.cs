using System.Globalization;
using OrleansSeg.Cli.Html;
using OrleansSeg.Cli.Rounds;
using OrleansSeg.Model.Evaluation;

namespace OrleansSeg.Cli.Reports;

/// <summary>Parts of a page that show how well forecasters did; the first forecaster is the one that the page is about.</summary>
internal static class ScoreSections
{
    private const double Strongest = 0.75;

    private static readonly (string Name, string Title, bool HigherIsBetter, Func<Scores, double?> Of)[] Figures =
    [
        ("logLoss", "log loss", false, scores => scores.LogLoss),
        ("churnAuroc", "churn AUROC", true, scores => scores.ChurnAuroc),
        ("macroAuroc", "macro AUROC", true, scores => scores.MacroAuroc),
        ("macroF1", "macro-F1", true, scores => scores.MacroF1),
        ("accuracy", "accuracy", true, scores => scores.Accuracy),
        ("brier", "Brier", false, scores => scores.Brier),
        ("ece", "calibration error", false, scores => scores.Ece),
        ("churnEce", "of churn", false, scores => scores.ChurnEce),
        ("churnLift", "churn lift, top tenth", true, scores => scores.ChurnLift),
        ("spendCaptured", "spend in the top tenth", true, scores => scores.SpendCaptured),
    ];

    /// <summary>Every figure of every forecaster with its interval, the best in bold.</summary>
    public static void Table(HtmlWriter html, IReadOnlyList<(string Name, Scores Scores)> all)
    {
        html.Write($"<div class=\"wide\"><table>\n<tr><th></th>");
        foreach (var figure in Figures)
        {
            html.Write($"<th class=\"number\">{figure.Title}</th>");
        }

        html.Write($"</tr>\n");
        foreach (var (name, scores) in all)
        {
            html.Write($"<tr><td title=\"{scores.Engine}\">{name}</td>");
            foreach (var figure in Figures)
            {
                var others = all.Select(one => figure.Of(one.Scores)).OfType<double>().ToList();
                var isBest = all.Count > 1 && figure.Of(scores) is { } value && value == (figure.HigherIsBetter ? others.Max() : others.Min());
                html.Write($"<td class=\"number{(isBest ? " best" : "")}\" title=\"{Interval(scores, figure.Name)}\">{(figure.Of(scores) is { } shown ? RunWords.Metric(shown) : "–")}<br><small class=\"none\">{Interval(scores, figure.Name)}</small></td>");
            }

            html.Write($"</tr>\n");
        }

        html.Write($"</table></div>\n<p class=\"none\">Below each figure its 95 % interval from resampled customers.</p>\n");
    }

    /// <summary>Calibration, lift and gain.</summary>
    public static void Charts(HtmlWriter html, IReadOnlyList<(string Name, Scores Scores)> all)
    {
        html.Write($"<div class=\"charts\">\n");
        Write("Reliability of the most probable segment", "probability", "share that came true", scores => Points(scores.Reliability));
        Write("Reliability of churn", "churn probability", "share that lapsed", scores => Points(scores.ChurnReliability));
        Write("Cumulative gain: who lapses", "share of customers, highest churn probability first", "share of all who lapse", scores => Points(scores.ChurnGain));
        Write("Cumulative gain: spend", "share of customers, highest expected spend first", "share of all spend", scores => Points(scores.SpendGain));
        WriteLift();
        html.Write($"</div>\n");

        void Write(string title, string across, string up, Func<Scores, IReadOnlyList<ChartPoint>> points)
        {
            var chart = new CurveChart(title, across, up) { HasDiagonal = true };
            foreach (var (name, scores) in Worth())
            {
                chart.Add(new CurveSeries(name, points(scores), ShowsIntervals: name == all[0].Name));
            }

            chart.Write(html);
        }

        void WriteLift()
        {
            var chart = new CurveChart("Lift: who lapses", "share of customers, highest churn probability first", "times as many as at random");
            foreach (var (name, scores) in Worth())
            {
                chart.Add(new CurveSeries(name, [.. (scores.ChurnGain ?? []).Select(point => new ChartPoint(point.Share, point.Lift))]));
            }

            chart.Write(html);
        }

        // Who tells customers apart: the majority's curves are the diagonal.
        IEnumerable<(string Name, Scores Scores)> Worth() => all.Where((one, place) => place == 0 || one.Name != "majority");
    }

    /// <summary>Truth against decision, shaded by the share of the truth.</summary>
    public static void Confusion(HtmlWriter html, Scores scores, IReadOnlyList<string> labels)
    {
        html.Write($"<div class=\"wide\"><table class=\"confusion\">\n<tr><th>truth \\ decided</th>");
        foreach (var label in labels)
        {
            html.Write($"<th class=\"number\">{label}</th>");
        }

        html.Write($"</tr>\n");
        for (var truth = 0; truth < labels.Count; truth++)
        {
            var all = Math.Max(1, scores.Confusion[truth].Sum());
            html.Write($"<tr><th scope=\"row\">{labels[truth]}</th>");
            foreach (var count in scores.Confusion[truth])
            {
                var share = (double)count / all;
                html.Write($"<td style=\"background: rgba(31, 111, 178, {(share * Strongest).ToString("0.###", CultureInfo.InvariantCulture)})\" title=\"{(100 * share).ToString("0.0", CultureInfo.InvariantCulture)} % of those\">{count}</td>");
            }

            html.Write($"</tr>\n");
        }

        html.Write($"</table></div>\n");
    }

    /// <summary>Figures by segment.</summary>
    public static void PerClass(HtmlWriter html, Scores scores, IReadOnlyList<string> labels)
    {
        html.Write($"<table>\n<tr><th>segment</th><th class=\"number\">precision</th><th class=\"number\">recall</th><th class=\"number\">F1</th><th class=\"number\">customers</th></tr>\n");
        foreach (var label in labels.Where(scores.PerClass.ContainsKey))
        {
            var figures = scores.PerClass[label];
            html.Write($"<tr><td>{label}</td><td class=\"number\">{RunWords.Metric(figures.Precision)}</td><td class=\"number\">{RunWords.Metric(figures.Recall)}</td>");
            html.Write($"<td class=\"number\">{RunWords.Metric(figures.F1)}</td><td class=\"number\">{figures.Support}</td></tr>\n");
        }

        html.Write($"</table>\n");
    }

    private static IReadOnlyList<ChartPoint> Points(IReadOnlyList<ReliabilityBin>? bins) =>
        [.. (bins ?? []).Select(bin => new ChartPoint(bin.Forecast, bin.Observed, bin.ObservedLow, bin.ObservedHigh, $"{bin.Count} customers"))];

    private static IReadOnlyList<ChartPoint> Points(IReadOnlyList<GainPoint>? points) =>
        points is null ? [] : [new ChartPoint(0, 0), .. points.Select(point => new ChartPoint(point.Share, point.Gain, point.GainLow, point.GainHigh))];

    private static string Interval(Scores scores, string name) =>
        scores.Ci.TryGetValue(name, out var ends) && ends.All(double.IsFinite) ? $"{RunWords.Metric(ends[0])} to {RunWords.Metric(ends[1])}" : "";
}
