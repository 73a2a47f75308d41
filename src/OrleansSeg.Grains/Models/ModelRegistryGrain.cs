using System.Collections.Immutable;
using OrleansSeg.Customers.Storage;
using OrleansSeg.Placement;

namespace OrleansSeg.Models;

/// <summary>Keeps the list of a site's models. Few writes, one record.</summary>
[GrainType("seg.model-registry"), SiteSilos]
internal sealed class ModelRegistryGrain(
    [PersistentState("models", CustomerStorage.ProviderName)] IPersistentState<ModelRegistryState> stored) : Grain, IModelRegistryGrain
{
    private ImmutableArray<ModelReference> Models => stored.State.Models;

    /// <inheritdoc />
    public async Task<ModelReference> PublishAsync(ModelReference candidate, bool promote, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (Models.FirstOrDefault(model => model.Sha256 == candidate.Sha256) is { } known)
        {
            return promote ? await PromoteAsync(known.Version, cancellationToken) : known;
        }

        var added = candidate with { Version = Models.Length + 1, InService = promote };
        await WriteAsync([.. Models.Select(model => promote ? model with { InService = false } : model), added]);
        return added;
    }

    /// <inheritdoc />
    public async Task<ModelReference> PromoteAsync(int version, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var chosen = Models.FirstOrDefault(model => model.Version == version)
            ?? throw new KeyNotFoundException($"Site '{this.GetPrimaryKeyString()}' has no model version {version}; it has {Models.Length}.");
        if (!chosen.InService)
        {
            await WriteAsync([.. Models.Select(model => model with { InService = model.Version == version })]);
        }

        return chosen with { InService = true };
    }

    /// <inheritdoc />
    public Task<ModelReference?> GetCurrentAsync(CancellationToken cancellationToken) =>
        Task.FromResult(Models.FirstOrDefault(model => model.InService));

    /// <inheritdoc />
    public Task<ImmutableArray<ModelReference>> ListAsync(CancellationToken cancellationToken) => Task.FromResult(Models);

    private async Task WriteAsync(ImmutableArray<ModelReference> models)
    {
        var before = stored.State;
        stored.State = new ModelRegistryState { Models = models };
        try
        {
            await stored.WriteStateAsync();
        }
        catch
        {
            // What is stored is not known any more; the next activation reads it.
            stored.State = before;
            DeactivateOnIdle();
            throw;
        }
    }
}

/// <summary>What the registry stores.</summary>
[GenerateSerializer, Immutable, Alias("seg.model-registry-state")]
public sealed record ModelRegistryState
{
    /// <summary>All models, oldest first; at most one is in service.</summary>
    [Id(0)]
    public ImmutableArray<ModelReference> Models { get; init; } = [];
}
