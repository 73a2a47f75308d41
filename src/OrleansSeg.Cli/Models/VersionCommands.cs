using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using OrleansSeg.Cli.Experiments;
using OrleansSeg.Cli.Reports;
using OrleansSeg.Cli.Sessions;
using OrleansSeg.Cli.Training;
using OrleansSeg.Cli.Verbs;
using OrleansSeg.Federation;
using OrleansSeg.Model.Bundles;
using OrleansSeg.Model.Evaluation;
using OrleansSeg.Model.Experiments;
using Spectre.Console;

namespace OrleansSeg.Cli.Models;

/// <summary><c>models card N</c>: where a version comes from and what it is worth; <c>models compare A B</c>: what sets two apart.</summary>
internal static class VersionCommands
{
    public static Command Card(VerbRunner runner)
    {
        var version = Version("version", "The version, as 'models' lists it.");
        var target = new Option<FileInfo?>("--report") { Description = "Also write the card as an HTML page that opens offline." };
        return runner.Bind(new Command("card", "Prints a version's card.") { version, target }, async (context, cancellationToken) =>
        {
            await using var session = await ClusterSession.OpenAsync(context.Settings, "models", cancellationToken);
            var (number, json) = (context.Parsed.GetValue(version), await ReadAsync(session, context, context.Parsed.GetValue(version), cancellationToken));
            var card = JsonSerializer.Deserialize<ModelCard>(json, BundleJson.Compact)!;
            if (context.Parsed.GetValue(target) is { } file)
            {
                DurableFile.Write(file.FullName, ModelPages.Of(number, card, CurvesOf(context, number), TimeProvider.System.GetUtcNow()));
                context.Output.Say($"The card is in {file.FullName}.");
            }

            context.Output.Answer(JsonNode.Parse(json)!, screen => VersionTables.Write(screen, number, card));
            return ExitCodes.Done;
        });
    }

    public static Command Compare(VerbRunner runner)
    {
        var (one, other) = (Version("first", "A version."), Version("second", "Another one."));
        return runner.Bind(new Command("compare", "Says what sets two versions apart, and measures both on the customers that no version was trained on.") { one, other }, async (context, cancellationToken) =>
        {
            await using var session = await ClusterSession.OpenAsync(context.Settings, "models", cancellationToken);
            var (first, second) = (context.Parsed.GetValue(one), context.Parsed.GetValue(other));
            var cards = new[] { await ReadAsync(session, context, first, cancellationToken), await ReadAsync(session, context, second, cancellationToken) }
                .Select(json => JsonSerializer.Deserialize<ModelCard>(json, BundleJson.Compact)!).ToArray();
            var (paired, why) = await MeasureAsync(session, context, first, second, cancellationToken);
            var document = VersionDifference.Of(first, second, cards[0], cards[1], paired, why);
            context.Output.Answer(document, screen => VersionTables.Write(screen, document));
            return ExitCodes.Done;
        });
    }

    private static async Task<(VersionComparison? Paired, string? Why)> MeasureAsync(
        ClusterSession session, VerbContext context, int first, int second, CancellationToken cancellationToken)
    {
        var request = new TrainingRequest(TrainingPurpose.Compare, context.Settings.AsOf, TimeSpan.Zero, context.Settings.Seed, Promote: false) { Versions = [first, second] };
        var status = await TrainingWatch.WatchAsync(session.Grains.GetGrain<ITrainerGrain>(context.Settings.Site), request, _ => { }, cancellationToken);
        return status.State == TrainingState.Done
            ? (JsonSerializer.Deserialize<VersionComparison>(status.ResultJson!, BundleJson.Compact), null)
            : (null, status.Failure);
    }

    private static Task<string> ReadAsync(ClusterSession session, VerbContext context, int version, CancellationToken cancellationToken) =>
        session.Grains.GetGrain<ITrainerGrain>(context.Settings.Site).GetCardAsync(version, cancellationToken);

    // The training's own curves, where this data directory remembers it.
    private static IReadOnlyList<CurvePoint> CurvesOf(VerbContext context, int version)
    {
        var folders = new ExperimentFolders(context.DataDirectory);
        var made = folders.List().LastOrDefault(record => record.Version == version && record.Site == context.Settings.Site);
        return made is null ? [] : folders.CurvesOf(made.Id);
    }

    private static Argument<int> Version(string name, string description) => new(name) { Description = description };
}
