using OrleansSeg.Cli.Html;
using OrleansSeg.Federation;

namespace OrleansSeg.Cli.Rounds.Report;

/// <summary>What the gate compared, over all sites and at each, the worst first.</summary>
internal static class GateSection
{
    public static void Write(HtmlWriter html, RunStatus run)
    {
        if (run.Gate is not { } gate)
        {
            return;
        }

        html.Write($"<h2>Gate</h2>\n<p>On {gate.Customers} customers whom no version trains on, against {gate.Opponent}: log loss {RunWords.Metric(gate.LogLoss)} against ");
        html.Write($"{RunWords.Metric(gate.OpponentLogLoss)}. Customer by customer the difference is {RunWords.Metric(gate.LogLoss - gate.OpponentLogLoss)}, ");
        html.Write($"95 % interval {RunWords.Metric(gate.Low)} to {RunWords.Metric(gate.High)}{(gate.High < 0 ? "" : ", which does not lie below zero")}.</p>\n");
        html.Write($"<table>\n<tr><th>site</th><th class=\"number\">customers</th><th class=\"number\">log loss</th><th class=\"number\">the other's</th><th class=\"number\">difference</th></tr>\n");
        foreach (var site in gate.Sites.OrderByDescending(site => site.LogLoss - site.OpponentLogLoss))
        {
            html.Write($"<tr><td>{site.Site}</td><td class=\"number\">{site.Customers}</td><td class=\"number\">{RunWords.Metric(site.LogLoss)}</td>");
            html.Write($"<td class=\"number\">{RunWords.Metric(site.OpponentLogLoss)}</td><td class=\"number\">{RunWords.Metric(site.LogLoss - site.OpponentLogLoss)}</td></tr>\n");
        }

        html.Write($"</table>\n");
    }
}
