using System.CommandLine;
using System.Text.Json.Nodes;
using OrleansSeg.Cli.Import;
using OrleansSeg.Cli.Training;
using OrleansSeg.Federation;

namespace OrleansSeg.Cli.Verbs;

/// <summary><c>train</c>: a model from the site's histories, put in service, and every customer scored with it.</summary>
internal static class TrainVerb
{
    public static Command Create(VerbRunner runner)
    {
        var horizon = TrainingOptions.Horizon();
        var texts = TrainingOptions.TextEncoder();
        var scheme = TrainingOptions.Scheme();
        var keep = new Option<bool>("--no-promote") { Description = "Publish the model without putting it in service." };
        var command = new Command("train", "Trains a model on the site's customers and puts it in service.") { horizon, scheme, texts, keep };
        return runner.Bind(command, async (context, cancellationToken) =>
        {
            var textEncoder = TrainingOptions.TextEncoderOf(context.Parsed.GetValue(texts)!);
            await using var session = await context.OpenAsync(cancellationToken);
            var request = new TrainingRequest(
                TrainingPurpose.Train,
                context.Settings.AsOf,
                TimeSpan.FromDays(context.Parsed.GetValue(horizon)),
                context.Settings.Seed,
                Promote: !context.Parsed.GetValue(keep))
            {
                TextEncoder = textEncoder,
                Scheme = context.Parsed.GetValue(scheme),
            };
            var status = await TrainingWatch.RunAsync(context.Output, session, request, cancellationToken);
            var scored = request.Promote ? await SweepProgress.RunAsync(context.Output, session, cancellationToken) : 0;
            var document = new JsonObject
            {
                ["version"] = status.PublishedVersion,
                ["inService"] = request.Promote,
                ["customersScored"] = scored,
                ["card"] = JsonNode.Parse(status.ResultJson!),
            };
            context.Output.Answer<JsonNode>(document, screen => ReportTables.WriteCard(screen, status, request.Promote));
            return ExitCodes.Done;
        });
    }
}
