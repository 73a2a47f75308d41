using System.Globalization;
using OrleansSeg.Cli.Html;
using OrleansSeg.Federation;

namespace OrleansSeg.Cli.Rounds.Report;

/// <summary>A run as one HTML page that loads nothing: it opens offline, and from a mail.</summary>
internal static class RunReport
{
    /// <summary>Writes the page.</summary>
    /// <param name="federation">The federation's name.</param>
    /// <param name="run">The run, ended or not.</param>
    /// <param name="now">When the page is written.</param>
    public static string Write(string federation, RunStatus run, DateTimeOffset now)
    {
        var html = new HtmlWriter();
        HtmlPage.Begin(html, $"Run {run.Run} of {federation}");
        WriteHead(html, federation, run);
        WritePlan(html, run.Plan);
        WriteCharts(html, run);
        RoundsTable.Write(html, run);
        GateSection.Write(html, run);
        PrivacySection.Write(html, run);
        WriteTrainers(html, run);
        WriteVersions(html, run);
        HtmlPage.End(html, "orleansseg rounds report", now);
        return html.ToString();
    }

    private static void WriteHead(HtmlWriter html, string federation, RunStatus run)
    {
        html.Write($"<h1>Federated run {run.Run} of {federation}</h1>\n");
        html.Write($"<p class=\"outcome {run.Phase.ToString().ToLowerInvariant()}\"><b>{RunWords.Phase(run)}</b>{(run.Outcome is { } outcome ? $": {outcome}" : "")}</p>\n");
        if (run.Cause is { } cause)
        {
            html.Write($"<p>It trains because: {cause}</p>\n");
        }

        foreach (var line in RunWords.Beginnings(run))
        {
            html.Write($"<p>{line}</p>\n");
        }

        html.Write($"<p>Started {RunWords.Instant(run.StartedAt)}");
        if (run.EndedAt is { } ended)
        {
            html.Write($", ended {RunWords.Instant(ended)} after {RunWords.Duration(ended - run.StartedAt)}");
        }

        html.Write($". It knows what was stored until {RunWords.Instant(run.Watermark)}. {run.Rounds.Length} of {run.Plan.Rounds} rounds are done; ");
        html.Write($"their updates had {RunWords.Bytes(run.Rounds.Sum(round => round.Bytes))}.</p>\n");
    }

    private static void WritePlan(HtmlWriter html, FederatedPlan plan)
    {
        html.Write($"<h2>Plan</h2>\n<table class=\"plan\">\n");
        foreach (var (name, value) in RunWords.Of(plan))
        {
            html.Write($"<tr><th scope=\"row\">{name}</th><td>{value}</td></tr>\n");
        }

        html.Write($"</table>\n");
    }

    private static void WriteCharts(HtmlWriter html, RunStatus run)
    {
        var names = run.MetricNames();
        if (names.Count == 0)
        {
            return;
        }

        html.Write($"<h2>Metrics over rounds</h2>\n<div class=\"charts\">\n");
        foreach (var name in names)
        {
            var points = run.Rounds.Where(round => round.Metrics.ContainsKey(name)).Select(round => (round.Round, round.Metrics[name]));
            LineChart.Write(html, name, points, run.Plan.Rounds);
        }

        html.Write($"</div>\n");
    }

    private static void WriteTrainers(HtmlWriter html, RunStatus run)
    {
        if (run.Trainers.IsEmpty)
        {
            return;
        }

        html.Write($"<h2>Trainers now</h2>\n<table>\n<tr><th>trainer</th><th>state</th><th>why</th></tr>\n");
        foreach (var trainer in run.Trainers)
        {
            html.Write($"<tr><td>{trainer.Trainer}</td><td>{RunWords.State(trainer.State)}</td><td>{trainer.Detail}</td></tr>\n");
        }

        html.Write($"</table>\n");
    }

    private static void WriteVersions(HtmlWriter html, RunStatus run)
    {
        html.Write($"<h2>Versions</h2>\n");
        if (run.Versions.IsEmpty)
        {
            html.Write($"<p class=\"none\">The model is registered at no site.</p>\n");
            return;
        }

        html.Write($"<table>\n<tr><th>site</th><th class=\"number\">version</th></tr>\n");
        foreach (var (site, version) in run.Versions)
        {
            html.Write($"<tr><td>{site}</td><td class=\"number\">{version.ToString(CultureInfo.InvariantCulture)}</td></tr>\n");
        }

        html.Write($"</table>\n");
    }
}
