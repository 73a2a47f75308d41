using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using OrleansSeg.Cli.Sessions;
using OrleansSeg.Inference;
using OrleansSeg.Model.Bundles;
using OrleansSeg.Models;

namespace OrleansSeg.Cli.Bench;

/// <summary>The model that a session's silo serves.</summary>
internal sealed class ServedModel(ClusterSession session)
{
    private const string CardFile = "card.json";
    private static readonly TimeSpan ServedMax = TimeSpan.FromMinutes(1);

    private readonly IServedModels _served = session.Silo!.Services.GetRequiredService<IServedModels>();
    private readonly IModelStore _store = session.Silo.Services.GetRequiredService<IModelStore>();

    /// <summary>Borrows it.</summary>
    /// <exception cref="VerbFailedException">The silo serves none.</exception>
    public ModelLease Rent() => _served.Rent(session.Client.Site) ?? throw new VerbFailedException("The silo serves no model.");

    /// <summary>Publishes the same model as a new version, so that every customer is due, and waits until the silo serves it.</summary>
    public async Task PublishAgainAsync(CancellationToken cancellationToken)
    {
        var registry = session.Grains.GetGrain<IModelRegistryGrain>(session.Client.Site);
        var current = await registry.GetCurrentAsync(cancellationToken) ?? throw new VerbFailedException("No model is in service.");
        var files = new Dictionary<string, byte[]>(BundleFolder.Read(_store.LocalFolder, current.Sha256));
        var card = JsonNode.Parse(files[CardFile])!;

        // Another card makes another bundle; weights and answers stay the same.
        card["seed"] = (int)card["seed"]! + 1;
        files[CardFile] = Encoding.UTF8.GetBytes(card.ToJsonString());
        var hash = BundleFolder.Write(_store.LocalFolder, files);
        await _store.PublishAsync(hash, cancellationToken);
        var published = await registry.PublishAsync(current with { Sha256 = hash }, promote: true, cancellationToken);
        await WaitForAsync(published.Version, cancellationToken);
    }

    private async Task WaitForAsync(int version, CancellationToken cancellationToken)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (true)
        {
            using (var lease = _served.Rent(session.Client.Site))
            {
                if (lease?.Model.Version == version)
                {
                    return;
                }
            }

            if (TimeProvider.System.GetElapsedTime(began) > ServedMax)
            {
                throw new VerbFailedException($"The silo does not serve model version {version} within {ServedMax}.");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(50), cancellationToken);
        }
    }
}
