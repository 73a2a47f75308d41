using System.Globalization;
using System.Text.Json.Nodes;
using OrleansSeg.Federation;
using Spectre.Console;

namespace OrleansSeg.Cli.Training;

/// <summary>Evaluation reports and model cards as people read them.</summary>
internal static class ReportTables
{
    private static readonly string[] Measures = ["macroF1", "macroAuroc", "logLoss", "churnAuroc", "accuracy", "ece"];

    /// <summary>The model beside every baseline, then the model's classes.</summary>
    public static void WriteEvaluation(IAnsiConsole screen, JsonNode report)
    {
        screen.WriteLine($"Cutoff {report["cutoff"]}, horizon {report["horizonDays"]} days, {report["testCustomers"]} customers tested.");
        WriteScores(screen, "", report["baselines"]!.AsObject().Prepend(KeyValuePair.Create("model", report["model"])));
        WriteClasses(screen, report["model"]!);
        ValueTables.Write(screen, report["value"]!);
    }

    /// <summary>What was trained.</summary>
    public static void WriteCard(IAnsiConsole screen, TrainingStatus status, bool inService)
    {
        var card = JsonNode.Parse(status.ResultJson!)!;
        screen.WriteLine($"Model version {status.PublishedVersion} is {(inService ? "in service, and the site's customers are scored with it" : "kept as a candidate")}.");
        if (card["discovery"] is JsonObject discovery)
        {
            DiscoveryTables.Write(screen, discovery);
        }
        else if (card["validation"] is JsonObject validation)
        {
            WriteScores(screen, "validation", [KeyValuePair.Create("model", (JsonNode?)validation)]);
        }
    }

    private static void WriteScores(IAnsiConsole screen, string title, IEnumerable<KeyValuePair<string, JsonNode?>> candidates)
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumn(title);
        foreach (var measure in Measures)
        {
            table.AddColumn(new TableColumn(measure).RightAligned());
        }

        foreach (var (name, scores) in candidates)
        {
            table.AddRow([Markup.Escape(name), .. Measures.Select(measure => Markup.Escape(Cell(scores!, measure)))]);
        }

        screen.Write(table);
    }

    private static string Cell(JsonNode scores, string measure)
    {
        var value = Format(scores[measure]);
        return scores["ci"]?[measure] is JsonArray { Count: 2 } interval ? $"{value} [{Format(interval[0])}, {Format(interval[1])}]" : value;
    }

    private static string Format(JsonNode? value) => value is null ? "–" : value.GetValue<double>().ToString("F3", CultureInfo.InvariantCulture);

    private static void WriteClasses(IAnsiConsole screen, JsonNode model)
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumn("segment");
        foreach (var column in new[] { "precision", "recall", "f1", "support" })
        {
            table.AddColumn(new TableColumn(column).RightAligned());
        }

        foreach (var (label, scores) in model["perClass"]!.AsObject())
        {
            table.AddRow(Markup.Escape(label), Format(scores!["precision"]), Format(scores["recall"]), Format(scores["f1"]), $"{scores["support"]}");
        }

        screen.Write(table);
    }
}
