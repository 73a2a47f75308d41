using System.CommandLine;
using System.Text.Json.Nodes;
using OrleansSeg.Cli.Import;
using OrleansSeg.Cli.Output;
using OrleansSeg.Data.Import;
using Spectre.Console;

namespace OrleansSeg.Cli.Verbs;

/// <summary><c>import FILE</c>: a shop's file into customer grains, with a data-quality report.</summary>
internal static class ImportVerb
{
    public static Command Create(VerbRunner runner)
    {
        var file = new Argument<FileInfo>("file") { Description = "CSV, TSV, JSON Lines or Parquet." };
        var layout = new Option<string?>("--layout") { Description = "Named layout: online-retail, cdnow, rees46, complete-journey, events." };
        var mapping = new Option<FileInfo?>("--mapping") { Description = "A mapping file that says which column is what." };
        var format = new Option<string?>("--format") { Description = "csv, tsv, jsonl, parquet or whitespace; by the file's extension when left out." };
        var encoding = new Option<string?>("--encoding") { Description = "Text encoding; detected when left out." };
        var delimiter = new Option<string?>("--delimiter") { Description = "Column separator; the layout's when left out." };
        var timeZone = new Option<string?>("--time-zone") { Description = "Zone of times without one, such as Europe/London." };
        var duplicates = new Option<bool?>("--drop-exact-duplicates") { Description = "Drop rows that repeat another row exactly; the layout's policy when left out." };
        var command = new Command("import", "Reads a shop's file into customer histories.") { file, layout, mapping, format, encoding, delimiter, timeZone, duplicates };
        return runner.Bind(command, async (context, cancellationToken) =>
        {
            var path = context.Parsed.GetValue(file)!;
            if (!path.Exists)
            {
                throw new UsageException($"There is no file {path.FullName}.");
            }

            await using var session = await context.OpenAsync(cancellationToken);
            var options = new ImportOptions
            {
                Layout = context.Parsed.GetValue(layout),
                MappingFile = context.Parsed.GetValue(mapping)?.FullName,
                Format = context.Parsed.GetValue(format),
                Encoding = context.Parsed.GetValue(encoding),
                Delimiter = context.Parsed.GetValue(delimiter),
                TimeZone = context.Parsed.GetValue(timeZone),
                DropExactDuplicates = context.Parsed.GetValue(duplicates),
            };
            var (report, loaded) = await FileLoad.RunAsync(context.Output, session, path.FullName, options, cancellationToken);
            await SweepProgress.RunAsync(context.Output, session, cancellationToken);
            context.Output.Answer(ToDocument(report, loaded), screen => QualityTable.Write(screen, report, loaded));
            return report.RowsKept == 0 && report.Rejected.Count > 0 ? ExitCodes.Usage
                : report.Rejected.Count > 0 || loaded.Faulty > 0 ? ExitCodes.RowsRejected
                : ExitCodes.Done;
        });
    }

    private static JsonNode ToDocument(DataQualityReport report, LoadTotals loaded)
    {
        var document = JsonNode.Parse(report.ToJson())!;
        document["added"] = loaded.Added;
        document["alreadyKnown"] = loaded.AlreadyKnown;
        document["refused"] = loaded.Refused;
        return document;
    }
}
