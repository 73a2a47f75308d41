using OrleansSeg.Cli.Experiments;
using OrleansSeg.Cli.Html;
using OrleansSeg.Cli.Rounds;
using OrleansSeg.Model.Bundles;
using OrleansSeg.Model.Evaluation;
using static System.FormattableString;

namespace OrleansSeg.Cli.Reports;

/// <summary>An evaluation, or a version's card, as one HTML page that loads nothing.</summary>
internal static class ModelPages
{
    /// <summary>An evaluation beside its baselines.</summary>
    /// <param name="report">The evaluation.</param>
    /// <param name="curves">Losses on the way.</param>
    /// <param name="now">When the page is written.</param>
    public static string Of(EvaluationReport report, IReadOnlyList<CurvePoint> curves, DateTimeOffset now)
    {
        var html = new HtmlWriter();
        HtmlPage.Begin(html, Invariant($"Evaluation at {report.Cutoff:yyyy-MM-dd}"));
        html.Write($"<h1>Evaluation at {Invariant($"{report.Cutoff.UtcDateTime:yyyy-MM-dd}")}</h1>\n");
        var best = report.Baselines.MinBy(baseline => baseline.Value.LogLoss);
        var gain = best.Value.LogLoss - report.Model.LogLoss;
        html.Write($"<p class=\"outcome {(gain > 0 ? "done" : "failed")}\">Log loss {RunWords.Metric(report.Model.LogLoss)} over {report.TestCustomers} customers, {RunWords.Metric(Math.Abs(gain))} {(gain > 0 ? "below" : "above")} the best baseline, {best.Key}.</p>\n");
        IReadOnlyList<(string Name, Scores Scores)> all = [("model", report.Model), .. report.Baselines.Select(baseline => (baseline.Key, baseline.Value))];
        html.Write($"<h2>Model and baselines</h2>\n");
        Sections(html, all, report.Labels, curves);
        html.Write($"<h2>How it was made</h2>\n");
        HtmlPage.Facts(html, [.. Facts(report)]);
        HtmlPage.End(html, "orleansseg evaluate --report", now);
        return html.ToString();
    }

    /// <summary>A version's card.</summary>
    /// <param name="version">The version.</param>
    /// <param name="card">Its card.</param>
    /// <param name="curves">Losses of its training; none where they are not known.</param>
    /// <param name="now">When the page is written.</param>
    public static string Of(int version, ModelCard card, IReadOnlyList<CurvePoint> curves, DateTimeOffset now)
    {
        var html = new HtmlWriter();
        HtmlPage.Begin(html, Invariant($"Model version {version}"));
        html.Write($"<h1>Model version {version}</h1>\n<p class=\"outcome\">On validation, which chose epoch, correction and decision weights: flattering, not a test. Log loss {RunWords.Metric(card.Validation.LogLoss)} over {card.ValidationExamples} customers.</p>\n");
        IReadOnlyList<(string Name, Scores Scores)> all = [("model", card.Validation)];
        Sections(html, all, card.Labels, curves);
        html.Write($"<h2>Card</h2>\n");
        HtmlPage.Facts(html, CardWords.Of(card));
        HtmlPage.End(html, "orleansseg models card --report", now);
        return html.ToString();
    }

    /// <summary>How the first of some forecasters did, beside the others.</summary>
    private static void Sections(HtmlWriter html, IReadOnlyList<(string Name, Scores Scores)> all, IReadOnlyList<string> labels, IReadOnlyList<CurvePoint> curves)
    {
        ScoreSections.Table(html, all);
        html.Write($"<h2>Calibration, gain and lift</h2>\n");
        ScoreSections.Charts(html, all);
        html.Write($"<h2>Confusion matrix</h2>\n");
        ScoreSections.Confusion(html, all[0].Scores, labels);
        html.Write($"<h2>By segment</h2>\n");
        ScoreSections.PerClass(html, all[0].Scores, labels);
        Learning(html, curves);
    }

    private static void Learning(HtmlWriter html, IReadOnlyList<CurvePoint> curves)
    {
        if (curves.Count == 0)
        {
            return;
        }

        html.Write($"<h2>Learning curves</h2>\n<div class=\"charts\">\n");
        foreach (var stage in curves.GroupBy(point => point.Stage))
        {
            var chart = new CurveChart(stage.Key, "step", "loss");
            chart.Add(new CurveSeries("validation log loss", [.. stage.Where(point => point.ValidationLoss is not null).Select(point => new ChartPoint(point.Step, point.ValidationLoss!.Value))]));
            chart.Add(new CurveSeries("training loss, all heads", [.. stage.Where(point => point.TrainingLoss is not null).Select(point => new ChartPoint(point.Step, point.TrainingLoss!.Value))]));
            chart.Write(html);
        }

        html.Write($"</div>\n");
    }

    private static IEnumerable<(string Name, string Value)> Facts(EvaluationReport report)
    {
        yield return ("data", CardWords.Of(report.Data));
        yield return ("horizon", Invariant($"{report.HorizonDays} days"));
        yield return ("trained on", Invariant($"{report.TrainingExamples:N0} examples of {report.TrainingCutoffs.Count} cutoffs, {report.TrainingCutoffs[0].UtcDateTime:yyyy-MM-dd} to {report.TrainingCutoffs[^1].UtcDateTime:yyyy-MM-dd}"));
        yield return ("stopped, tuned and calibrated on", Invariant($"{report.ValidationExamples:N0} examples at {report.ValidationCutoff.UtcDateTime:yyyy-MM-dd}"));
        if (report.RefittedExamples is { } again)
        {
            yield return ("then fitted again on", Invariant($"{again:N0} examples up to the same cutoff"));
        }

        yield return ("numbers learned", Invariant($"{report.Parameters:N0}"));
        yield return ("seed", Invariant($"{report.Seed}"));
        yield return ("seconds", string.Join(", ", report.Seconds.Select(part => Invariant($"{part.Key} {part.Value}"))));
        foreach (var note in report.Notes)
        {
            yield return ("note", note);
        }
    }
}
