using System.Globalization;
using Spectre.Console;

namespace OrleansSeg.Cli.Experiments;

/// <summary>Runs as people read them.</summary>
internal static class ExperimentTables
{
    /// <summary>Writes the list.</summary>
    public static void Write(IAnsiConsole screen, IReadOnlyList<ExperimentRecord> records)
    {
        if (records.Count == 0)
        {
            screen.WriteLine("No experiment yet: 'train' and 'evaluate' leave one each.");
            return;
        }

        var table = new Table().Border(TableBorder.Rounded).AddColumns("experiment", "site", "outcome", "took", "seed", "data", "log loss", "version", "configuration");
        foreach (var record in records)
        {
            table.AddRow(
                Markup.Escape(record.Id), Markup.Escape(record.Site), Outcome(record), Took(record), Text($"{record.Seed}"), record.Fingerprint?[..8] ?? "",
                record.LogLoss is { } loss ? Text($"{loss:F4}") : "", record.Version is { } version ? Text($"{version}") : "",
                Markup.Escape(string.Join(", ", record.Configuration.Where(option => option.Value is not null).Select(option => $"{option.Key} {option.Value}"))));
        }

        screen.Write(table);
    }

    /// <summary>Writes one run and its curves.</summary>
    public static void Write(IAnsiConsole screen, ExperimentRecord record, IReadOnlyList<CurvePoint> curves)
    {
        Write(screen, [record]);
        if (record.Failure is { } failure)
        {
            screen.WriteLine($"It failed: {failure}");
        }

        var table = new Table().Border(TableBorder.Rounded).AddColumns("stage", "step", "training loss", "validation log loss");
        foreach (var point in curves)
        {
            table.AddRow(Markup.Escape(point.Stage), Text($"{point.Step}"), Loss(point.TrainingLoss), Loss(point.ValidationLoss));
        }

        screen.Write(table);
    }

    private static string Outcome(ExperimentRecord record) => record.Outcome switch
    {
        null => "not ended",
        { } outcome => outcome.ToString().ToLowerInvariant(),
    };

    private static string Took(ExperimentRecord record) => record.EndedAt is { } ended ? Text($"{(ended - record.StartedAt).TotalSeconds:F0} s") : "";

    private static string Loss(double? loss) => loss is { } value ? Text($"{value:F4}") : "";

    private static string Text(FormattableString text) => Markup.Escape(text.ToString(CultureInfo.InvariantCulture));
}
