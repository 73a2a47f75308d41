using System.Globalization;
using System.Text.Json.Nodes;
using Spectre.Console;

namespace OrleansSeg.Cli.Training;

/// <summary>Churn and spend of all who told them, as people read them.</summary>
internal static class ValueTables
{
    private static readonly (string Name, string Format)[] Measures =
    [
        ("churnLogLoss", "F3"), ("churnAuroc", "F3"), ("churnBrier", "F3"), ("churnEce", "F3"), ("spendMae", "N1"), ("spendRmse", "N1"), ("spendBias", "+0.0%;-0.0%;0.0%"),
    ];

    /// <summary>A row for each, and how the model's intervals did.</summary>
    public static void Write(IAnsiConsole screen, JsonNode value)
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumn("churn and spend");
        foreach (var (name, _) in Measures)
        {
            table.AddColumn(new TableColumn(name).RightAligned());
        }

        foreach (var (name, scores) in value.AsObject())
        {
            table.AddRow([Markup.Escape(name), .. Measures.Select(measure => Markup.Escape(Cell(scores!, measure.Name, measure.Format)))]);
        }

        screen.Write(table);
        if (value["model"]?["interval"] is JsonObject interval)
        {
            screen.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"The model's intervals hold the spend of {Number(interval["covered"]!):P1} [{Number(interval["low"]!):P1}, {Number(interval["high"]!):P1}] of past buyers, {Number(interval["wanted"]!):P0} wanted; median width {Number(interval["widthMedian"]!):N0}."));
        }
    }

    private static string Cell(JsonNode scores, string measure, string format)
    {
        var value = Format(scores[measure], format);
        return scores["ci"]?[measure] is JsonArray { Count: 2 } interval ? $"{value} [{Format(interval[0], format)}, {Format(interval[1], format)}]" : value;
    }

    private static string Format(JsonNode? value, string format) => value is null ? "–" : Number(value).ToString(format, CultureInfo.InvariantCulture);

    private static double Number(JsonNode value) => value.GetValueKind() == System.Text.Json.JsonValueKind.Number ? value.GetValue<double>() : double.NaN;
}
