using OrleansSeg.Cli.Html;
using OrleansSeg.Federation;

namespace OrleansSeg.Cli.Rounds.Report;

/// <summary>The rounds of a run: who was in them, what they took and what was measured.</summary>
internal static class RoundsTable
{
    private const int HashLength = 12;

    public static void Write(HtmlWriter html, RunStatus run)
    {
        html.Write($"<h2>Rounds</h2>\n");
        if (run.Rounds.IsEmpty)
        {
            html.Write($"<p class=\"none\">No round is done.</p>\n");
            return;
        }

        var metrics = run.MetricNames();
        html.Write($"<div class=\"wide\"><table>\n<tr><th class=\"number\">round</th><th>reporters</th><th class=\"number\">late</th><th class=\"names\">missing</th><th class=\"number\">took</th><th class=\"number\">bytes</th>");
        foreach (var name in metrics)
        {
            html.Write($"<th class=\"number\">{name}</th>");
        }

        html.Write($"<th>model</th></tr>\n");
        foreach (var round in run.Rounds)
        {
            WriteRound(html, run.Plan, round, metrics);
        }

        html.Write($"</table></div>\n");
    }

    private static void WriteRound(HtmlWriter html, FederatedPlan plan, RoundStatus round, IReadOnlyList<string> metrics)
    {
        html.Write($"<tr><td class=\"number\">{round.Round}</td>");
        html.Write($"<td><details><summary>{round.Reporters.Length} of {plan.Trainers.Length}</summary>{string.Join(", ", round.Reporters)}</details></td>");
        html.Write($"<td class=\"number\" title=\"{RunFacts.LateIn(round)}\">{round.Late.Count}</td>");
        html.Write($"<td>");
        foreach (var trainer in RunFacts.MissingIn(plan, round))
        {
            html.Write($"<div>{trainer}{(round.Missing.TryGetValue(trainer, out var why) ? $": {why}" : "")}</div>");
        }

        foreach (var why in round.Retries)
        {
            html.Write($"<div>tried again: {why}</div>");
        }

        html.Write($"</td>");
        html.Write($"<td class=\"number\">{RunWords.Duration(round.Took)}</td><td class=\"number\">{RunWords.Bytes(round.Bytes)}</td>");
        foreach (var name in metrics)
        {
            html.Write($"<td class=\"number\">{(round.Metrics.TryGetValue(name, out var value) ? RunWords.Metric(value) : "")}</td>");
        }

        html.Write($"<td><code title=\"{round.Model}\">{Short(round.Model)}</code></td></tr>\n");
    }

    private static string Short(string hash) => hash.Length <= HashLength ? hash : hash[..HashLength];
}
