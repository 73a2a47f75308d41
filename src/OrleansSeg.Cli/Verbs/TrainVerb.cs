using System.CommandLine;
using System.Text.Json.Nodes;
using OrleansSeg.Cli.Import;
using OrleansSeg.Cli.Output;
using OrleansSeg.Cli.Training;
using OrleansSeg.Cli.Tuning;
using OrleansSeg.Federation;
using Spectre.Console;

namespace OrleansSeg.Cli.Verbs;

/// <summary><c>train</c>: a model from the site's histories, put in service, and every customer scored with it.</summary>
internal static class TrainVerb
{
    public static Command Create(VerbRunner runner)
    {
        var horizon = TrainingOptions.Horizon();
        var texts = TrainingOptions.TextEncoder();
        var (scheme, set, tuning) = (TrainingOptions.Scheme(), TrainingOptions.Settings(), new TuningOptions());
        var refit = TrainingOptions.Refit();
        var keep = new Option<bool>("--no-promote") { Description = "Publish the model without putting it in service." };
        var command = new Command("train", "Trains a model on the site's customers and puts it in service.") { horizon, scheme, texts, keep, set, refit };
        tuning.AddTo(command);
        return runner.Bind(command, async (context, cancellationToken) =>
        {
            var textEncoder = TrainingOptions.TextEncoderOf(context.Parsed.GetValue(texts)!);
            var (settings, wish) = (TrainingOptions.SettingsOf(context.Parsed.GetValue(set)!), tuning.Read(context.Parsed));
            if (wish is not null && !settings.IsEmpty)
            {
                throw new UsageException("--tune says what is set: leave --set out.");
            }

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
                Settings = settings,
                Refit = context.Parsed.GetValue(refit),
            };
            var found = wish is null ? null : await new TunedTraining(context, session).RunAsync(wish, request, cancellationToken);
            if (found is not null)
            {
                context.Output.Say(found.Found);
                request = request with { Settings = found.BestSettings };
            }

            var (status, _) = await RecordedTraining.RunAsync(context, session, request, cancellationToken);
            var scored = request.Promote ? await SweepProgress.RunAsync(context.Output, session, cancellationToken) : 0;
            var document = new JsonObject
            {
                ["version"] = status.PublishedVersion,
                ["inService"] = request.Promote,
                ["customersScored"] = scored,
                ["card"] = JsonNode.Parse(status.ResultJson!),
            };
            if (found is not null)
            {
                document["tuning"] = VerbOutput.ToNode(found);
            }

            context.Output.Answer<JsonNode>(document, screen =>
            {
                if (found is not null)
                {
                    screen.WriteLine(found.Found);
                }

                ReportTables.WriteCard(screen, status, request.Promote);
            });
            return ExitCodes.Done;
        });
    }
}
