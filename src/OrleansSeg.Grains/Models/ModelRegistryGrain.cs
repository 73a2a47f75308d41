using System.Collections.Immutable;
using OrleansSeg.Customers.Storage;
using OrleansSeg.Placement;

namespace OrleansSeg.Models;

/// <summary>Keeps the list of a site's models and which was in service when. Few writes, one record.</summary>
[GrainType("seg.model-registry"), SiteSilos]
internal sealed class ModelRegistryGrain(
    [PersistentState("models", CustomerStorage.ProviderName)] IPersistentState<ModelRegistryState> stored, TimeProvider time) : Grain, IModelRegistryGrain
{
    private ImmutableArray<ModelReference> Models => stored.State.Models;

    /// <inheritdoc />
    public async Task<ModelReference> PublishAsync(ModelReference candidate, bool promote, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (Models.FirstOrDefault(model => model.Sha256 == candidate.Sha256) is { } known)
        {
            return promote ? await ServeAsync(known, ServiceReason.Published, forced: false) : known;
        }

        var added = candidate with { Version = Models.Length + 1, InService = false };
        var state = stored.State with { Models = Models.Add(added) };
        await WriteAsync(promote ? Serving(state, added.Version, ServiceReason.Published, forced: false) : state);
        return added with { InService = promote };
    }

    /// <inheritdoc />
    public Task<ModelReference> PromoteAsync(int version, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return ServeAsync(Find(version), ServiceReason.Promoted, forced: false);
    }

    /// <inheritdoc />
    public Task<ModelReference> RollBackAsync(int? version, bool force, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var chosen = Find(version ?? stored.State.Log.Before(Models.Select(model => model.Version))
            ?? throw new InvalidOperationException($"No model version of site '{this.GetPrimaryKeyString()}' is known to have been in service before: name the version."));
        return ServeAsync(chosen, ServiceReason.RolledBack, forced: false);
    }

    /// <inheritdoc />
    public Task<ModelReference?> GetCurrentAsync(CancellationToken cancellationToken) =>
        Task.FromResult(Models.FirstOrDefault(model => model.InService));

    /// <inheritdoc />
    public Task<ImmutableArray<ModelReference>> ListAsync(CancellationToken cancellationToken) => Task.FromResult(Models);

    /// <inheritdoc />
    public Task<ImmutableArray<ServiceChange>> GetServiceLogAsync(CancellationToken cancellationToken) => Task.FromResult(stored.State.Log);

    private ModelReference Find(int version) => Models.FirstOrDefault(model => model.Version == version)
        ?? throw new KeyNotFoundException($"Site '{this.GetPrimaryKeyString()}' has no model version {version}; it has {Models.Length}.");

    private async Task<ModelReference> ServeAsync(ModelReference chosen, ServiceReason reason, bool forced)
    {
        if (!chosen.InService)
        {
            await WriteAsync(Serving(stored.State, chosen.Version, reason, forced));
        }

        return chosen with { InService = true };
    }

    private ModelRegistryState Serving(ModelRegistryState state, int version, ServiceReason reason, bool forced) => state with
    {
        Models = [.. state.Models.Select(model => model with { InService = model.Version == version })],
        Log = state.Log.With(new ServiceChange(time.GetUtcNow(), version, reason, forced)),
    };

    private async Task WriteAsync(ModelRegistryState next)
    {
        var before = stored.State;
        stored.State = next;
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

    /// <summary>What was in service when and why, the latest changes.</summary>
    [Id(1)]
    public ImmutableArray<ServiceChange> Log { get; init; } = [];
}
