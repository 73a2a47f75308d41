using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using OrleansSeg.Cli.Evaluation;
using OrleansSeg.Cli.Experiments;
using OrleansSeg.Cli.Reports;
using OrleansSeg.Cli.Training;
using OrleansSeg.Federation;
using OrleansSeg.Model.Bundles;
using OrleansSeg.Model.Evaluation;
using OrleansSeg.Model.Experiments;

namespace OrleansSeg.Cli.Verbs;

/// <summary><c>evaluate</c>: trains at a past cutoff and measures on what came after it, beside the baselines. Publishes nothing.</summary>
internal static class EvaluateVerb
{
    public static Command Create(VerbRunner runner)
    {
        var horizon = TrainingOptions.Horizon();
        var texts = TrainingOptions.TextEncoder();
        var (scheme, set, refit) = (TrainingOptions.Scheme(), TrainingOptions.Settings(), TrainingOptions.Refit());
        var target = new Option<FileInfo?>("--report") { Description = "Also write the report at one cutoff as an HTML page that opens offline." };
        var cutoff = InstantOption.Optional("--cutoff", "Nothing after it is seen in training; UTC unless it says otherwise.");
        var command = new Command("evaluate", "Measures the model and every baseline at a past cutoff, or at several.") { cutoff, horizon, scheme, texts, set, refit, target };
        var suite = new SuiteCommand();
        suite.AddTo(command, cutoff, texts, set, target);
        command.Validators.Add(result =>
        {
            if (result.GetResult(cutoff) is null && !suite.IsAsked(result))
            {
                result.AddError("Give the date to test at with --cutoff DATE, or --suite to test at several.");
            }
        });
        return runner.Bind(command, async (context, cancellationToken) =>
        {
            var days = TimeSpan.FromDays(context.Parsed.GetValue(horizon));
            if (suite.IsAsked(context.Parsed.CommandResult))
            {
                return await suite.RunAsync(context, days, context.Parsed.GetValue(scheme), context.Parsed.GetValue(refit), cancellationToken);
            }

            var textEncoder = TrainingOptions.TextEncoderOf(context.Parsed.GetValue(texts)!);
            var settings = TrainingOptions.SettingsOf(context.Parsed.GetValue(set)!);
            await using var session = await context.OpenAsync(cancellationToken);
            var request = new TrainingRequest(TrainingPurpose.Evaluate, context.Parsed.GetValue(cutoff), days, context.Settings.Seed, Promote: false)
            {
                TextEncoder = textEncoder,
                Scheme = context.Parsed.GetValue(scheme),
                Settings = settings,
                Refit = context.Parsed.GetValue(refit),
            };
            var (status, experiment) = await RecordedTraining.RunAsync(context, session, request, cancellationToken);
            if (context.Parsed.GetValue(target) is { } file)
            {
                var curves = new ExperimentFolders(context.DataDirectory).CurvesOf(experiment);
                var evaluation = JsonSerializer.Deserialize<EvaluationReport>(status.ResultJson!, BundleJson.Compact)!;
                DurableFile.Write(file.FullName, ModelPages.Of(evaluation, curves, TimeProvider.System.GetUtcNow()));
                context.Output.Say($"The report is in {file.FullName}.");
            }

            var report = JsonNode.Parse(status.ResultJson!)!;
            context.Output.Answer(report, screen => ReportTables.WriteEvaluation(screen, report));
            return ExitCodes.Done;
        });
    }
}
