using System.Text.Json.Nodes;
using OrleansSeg.Cli.Sessions;
using OrleansSeg.Cli.Training;
using OrleansSeg.Cli.Verbs;
using OrleansSeg.Federation;
using OrleansSeg.Models;

namespace OrleansSeg.Cli.Demo;

/// <summary>The model of the demo's shop.</summary>
/// <param name="Reference">The model in service.</param>
/// <param name="Status">The training that made it, or null when it was there before.</param>
internal sealed record DemoModel(ModelReference Reference, TrainingStatus? Status)
{
    /// <summary>How far ahead the model looks, in days.</summary>
    public const int HorizonDays = 90;

    /// <summary>What the training measured, or null when the model was there before.</summary>
    public JsonNode? Card => Status?.ResultJson is { } json ? JsonNode.Parse(json) : null;

    /// <summary>The model in service; trains one when there is none.</summary>
    public static async Task<DemoModel> GetAsync(VerbContext context, ClusterSession session, CancellationToken cancellationToken)
    {
        var registry = session.Grains.GetGrain<IModelRegistryGrain>(session.Client.Site);
        if (await registry.GetCurrentAsync(cancellationToken) is { } known)
        {
            return new DemoModel(known, null);
        }

        var request = new TrainingRequest(TrainingPurpose.Train, null, TimeSpan.FromDays(HorizonDays), context.Settings.Seed, Promote: true);
        var status = await TrainingWatch.RunAsync(context.Output, session, request, cancellationToken, everyLine: false);
        return new DemoModel(
            await registry.GetCurrentAsync(cancellationToken) ?? throw new VerbFailedException("The model was trained, but is not in service."), status);
    }
}
