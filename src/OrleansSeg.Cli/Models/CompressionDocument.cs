using System.Globalization;
using OrleansSeg.Model.Compression;
using OrleansSeg.Model.Text.Transformer;
using Spectre.Console;

namespace OrleansSeg.Cli.Models;

/// <summary>A model before or after it was made small.</summary>
internal sealed record CompressedModel
{
    /// <summary>How it was made; <c>before</c> for the whole one.</summary>
    public required string Method { get; init; }

    /// <summary>Its folder.</summary>
    public required string Folder { get; init; }

    /// <summary>Layers.</summary>
    public required int Layers { get; init; }

    /// <summary>Width of its states.</summary>
    public required int Hidden { get; init; }

    /// <summary>What it computes in.</summary>
    public required ComputePrecision Precision { get; init; }

    /// <summary>Bytes of its folder.</summary>
    public required long DiskBytes { get; init; }

    /// <summary>Bytes of its weights in memory.</summary>
    public required long ResidentBytes { get; init; }

    /// <summary>Texts a second, and over those of the whole model.</summary>
    public required double TextsPerSecond { get; init; }

    /// <summary>The texts a second over the whole model's in the same run.</summary>
    public required double Speedup { get; init; }

    /// <summary>Time that making it took; 0 for the whole one.</summary>
    public required double Seconds { get; init; }

    /// <summary>Mean cosine of its vectors and the whole model's; null for a tagger or a classifier.</summary>
    public double? Cosine { get; init; }

    /// <summary>Cross-entropy of hidden tokens; null without a head that tells them.</summary>
    public double? HiddenTokenLoss { get; init; }

    /// <summary>Share of texts of which it tells what the whole model does; null for an encoder.</summary>
    public double? SameAnswers { get; init; }

    /// <summary>F1 of whole spans on the test texts; null without them.</summary>
    public double? SpanF1 { get; init; }

    /// <summary>Mean over the labels of the spans' F1 on the test texts; null without them.</summary>
    public double? MacroF1 { get; init; }

    /// <summary>F1 of words on the test texts; null without them.</summary>
    public double? WordF1 { get; init; }
}

/// <summary>Models beside each other as people read them.</summary>
internal static class CompressionTable
{
    /// <summary>Writes a line for each model.</summary>
    public static void Write(IAnsiConsole screen, IReadOnlyList<CompressedModel> models)
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumn("method");
        (string Name, Func<CompressedModel, string?> Value)[] columns =
        [
            ("layers x width", model => $"{model.Layers} x {model.Hidden}"),
            ("MB on disk", model => Figure(model.DiskBytes / 1e6, "N1")),
            ("MB in memory", model => Figure(model.ResidentBytes / 1e6, "N1")),
            ("texts a second", model => Figure(model.TextsPerSecond, "N0")),
            ("speed", model => Figure(model.Speedup, "F2") + " x"),
            ("cosine", model => Figure(model.Cosine, "F4")),
            ("hidden token loss", model => Figure(model.HiddenTokenLoss, "F3")),
            ("same answers", model => Figure(model.SameAnswers, "P1")),
            ("span F1", model => Figure(model.SpanF1, "F4")),
            ("macro-F1", model => Figure(model.MacroF1, "F4")),
            ("word F1", model => Figure(model.WordF1, "F4")),
        ];
        var shown = columns.Where(column => models.Any(model => column.Value(model) is not null)).ToList();
        shown.ForEach(column => table.AddColumn(new TableColumn(column.Name).RightAligned()));
        foreach (var model in models)
        {
            table.AddRow([model.Method, .. shown.Select(column => column.Value(model) ?? "")]);
        }

        screen.Write(table);
    }

    private static string? Figure(double? value, string format) => value?.ToString(format, CultureInfo.InvariantCulture);
}
