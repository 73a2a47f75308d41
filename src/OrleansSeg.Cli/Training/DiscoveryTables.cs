using System.Globalization;
using System.Text.Json.Nodes;
using Spectre.Console;

namespace OrleansSeg.Cli.Training;

/// <summary>Segments that were found, as people read them.</summary>
internal static class DiscoveryTables
{
    /// <summary>Writes the segments with their traits, and how stable each number of segments was.</summary>
    public static void Write(IAnsiConsole screen, JsonNode discovery)
    {
        var table = new Table().Border(TableBorder.Rounded).ShowRowSeparators().AddColumns("segment", "share", "what sets it apart");
        foreach (var segment in discovery["segments"]!.AsArray())
        {
            table.AddRow(
                Markup.Escape(segment!["name"]!.GetValue<string>()),
                segment["share"]!.GetValue<double>().ToString("P0", CultureInfo.InvariantCulture),
                Markup.Escape(string.Join('\n', segment["traits"]!.AsArray().Select(trait => trait!.GetValue<string>()))));
        }

        screen.Write(table);
        var tried = discovery["tried"]!.AsObject().Select(of => $"{of.Key}: {Format(of.Value!)}");
        screen.WriteLine($"Found in {discovery["customers"]} customers. Stability {Format(discovery["stability"]!)}; by number of segments: {string.Join(", ", tried)}.");
    }

    private static string Format(JsonNode value) => value.GetValue<double>().ToString("F2", CultureInfo.InvariantCulture);
}
