using System.Globalization;
using System.Text.Json.Nodes;
using OrleansSeg.Cli.Sessions;
using OrleansSeg.Cli.Training;
using OrleansSeg.Cli.Verbs;
using OrleansSeg.Federation;
using Spectre.Console;

namespace OrleansSeg.Cli.Demo;

/// <summary>An honest evaluation on the demo's shop: measured once, kept beside its file.</summary>
/// <param name="Evaluation">The report, as <c>evaluate --json</c> prints it.</param>
/// <param name="MeasuredNow">Whether this run measured it.</param>
internal sealed record DemoReport(JsonNode Evaluation, bool MeasuredNow)
{
    private static readonly (string Key, string Name, bool MoreIsBetter)[] Measures =
        [("macroF1", "macro-F1", true), ("churnAuroc", "churn AUROC", true), ("logLoss", "log loss", false)];

    /// <summary>The kept report; evaluates when there is none.</summary>
    public static async Task<DemoReport> GetAsync(VerbContext context, ClusterSession session, DemoShop shop, CancellationToken cancellationToken)
    {
        var path = Path.Combine(Path.GetDirectoryName(shop.Path)!, "report.json");
        if (File.Exists(path))
        {
            return new DemoReport(JsonNode.Parse(await File.ReadAllTextAsync(path, cancellationToken))!, MeasuredNow: false);
        }

        var horizon = TimeSpan.FromDays(DemoModel.HorizonDays);
        var request = new TrainingRequest(TrainingPurpose.Evaluate, shop.Description.End - horizon, horizon, context.Settings.Seed, Promote: false);
        var status = await TrainingWatch.RunAsync(context.Output, session, request, cancellationToken, everyLine: false);
        await File.WriteAllTextAsync(path + ".part", status.ResultJson, cancellationToken);
        File.Move(path + ".part", path, overwrite: true);
        return new DemoReport(JsonNode.Parse(status.ResultJson!)!, MeasuredNow: true);
    }

    /// <summary>The model beside the baselines, on the measures that do not hang on each other.</summary>
    public void Write(IAnsiConsole screen)
    {
        var cutoff = DateTimeOffset.Parse(Evaluation["cutoff"]!.ToString(), CultureInfo.InvariantCulture);
        var candidates = Evaluation["baselines"]!.AsObject().Prepend(KeyValuePair.Create("model", Evaluation["model"])).ToList();
        screen.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{(MeasuredNow ? "The same training" : "Measured in an earlier run: the same training")} on what was known on {cutoff:yyyy-MM-dd}, tested on the {Evaluation["horizonDays"]} days after it with {Evaluation["testCustomers"]!.GetValue<int>():N0} customers, beside {candidates.Count - 1} simpler ways."));
        var table = new Table().Border(TableBorder.Rounded).BorderStyle(new Style(decoration: Decoration.Dim)).AddColumn("");
        foreach (var (_, name, moreIsBetter) in Measures)
        {
            table.AddColumn(new TableColumn($"{name} {(moreIsBetter ? "↑" : "↓")}").RightAligned().NoWrap());
        }

        foreach (var (name, scores) in candidates)
        {
            table.AddRow([Markup.Escape(name), .. Measures.Select(measure => Cell(candidates, measure.Key, measure.MoreIsBetter, scores!))]);
        }

        screen.Write(table);
        screen.WriteLine("*: the best. In brackets: the 95 % interval over customers; where intervals overlap widely, nobody has won.");
    }

    private static string Cell(List<KeyValuePair<string, JsonNode?>> candidates, string key, bool moreIsBetter, JsonNode scores)
    {
        if (scores[key] is not { } value)
        {
            return "–";
        }

        var all = candidates.Where(candidate => candidate.Value![key] is not null).Select(candidate => candidate.Value![key]!.GetValue<double>());
        var best = moreIsBetter ? all.Max() : all.Min();
        var interval = scores["ci"]?[key] is JsonArray { Count: 2 } ci ? $" ({Short(ci[0]!)}–{Short(ci[1]!)})" : "";
        return value.GetValue<double>() == best ? $"[bold]* {Short(value)}[/]{interval}" : $"{Short(value)}{interval}";
    }

    private static string Short(JsonNode value) => value.GetValue<double>().ToString(".000;-.000", CultureInfo.InvariantCulture);
}
