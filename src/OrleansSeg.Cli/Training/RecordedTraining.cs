using System.Text.Json.Nodes;
using OrleansSeg.Cli.Experiments;
using OrleansSeg.Cli.Sessions;
using OrleansSeg.Cli.Verbs;
using OrleansSeg.Federation;

namespace OrleansSeg.Cli.Training;

/// <summary>Runs a training job and keeps what was asked, its curves and what came of it in the data directory.</summary>
internal static class RecordedTraining
{
    /// <summary>Runs one to its end.</summary>
    /// <param name="context">The verb.</param>
    /// <param name="session">The way to the grains.</param>
    /// <param name="request">The job.</param>
    /// <param name="cancellationToken">Cancels the job too.</param>
    /// <exception cref="UsageException">The data are not enough.</exception>
    /// <exception cref="VerbFailedException">The job failed.</exception>
    /// <returns>How it ended, and the experiment's name.</returns>
    public static async Task<(TrainingStatus Status, string Experiment)> RunAsync(VerbContext context, ClusterSession session, TrainingRequest request, CancellationToken cancellationToken)
    {
        var verb = request.Purpose == TrainingPurpose.Train ? "train" : "evaluate";
        using var run = new ExperimentFolders(context.DataDirectory).Begin(verb, context.Settings.Site, request.Seed, ConfigurationOf(request), TimeProvider.System);
        var status = await run.RunAsync(
            () => TrainingWatch.RunAsync(context.Output, session, request, cancellationToken, seen: run.Add),
            done => (JsonNode.Parse(done.ResultJson!), done.PublishedVersion));
        context.Output.Say($"Kept as experiment {run.Id}.");
        return (status, run.Id);
    }

    /// <summary>What was asked for, by option.</summary>
    public static Dictionary<string, JsonNode?> ConfigurationOf(TrainingRequest request) => new()
    {
        ["cutoff"] = request.Cutoff?.ToString("O", System.Globalization.CultureInfo.InvariantCulture),
        ["horizonDays"] = request.Horizon.TotalDays,
        ["scheme"] = request.Scheme,
        ["textEncoder"] = request.TextEncoder ?? TrainingOptions.OwnTitles,
        ["settings"] = request.Settings.IsEmpty ? null : new JsonObject(request.Settings.Select(setting => KeyValuePair.Create(setting.Key, (JsonNode?)setting.Value))),
        ["promote"] = request.Promote,
    };
}
