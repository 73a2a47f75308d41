using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using OrleansSeg.Customers.Storage;
using OrleansSeg.Placement;

namespace OrleansSeg.Models;

/// <summary>Keeps the list of a site's models and which was in service when. Few writes, one record.</summary>
[GrainType("seg.model-registry"), SiteSilos]
internal sealed partial class ModelRegistryGrain(
    [PersistentState("models", CustomerStorage.ProviderName)] IPersistentState<ModelRegistryState> stored,
    TimeProvider time,
    ILogger<ModelRegistryGrain> logger) : Grain, IModelRegistryGrain, IErasureLogGrain
{
    private static readonly TimeSpan RemovalPause = TimeSpan.FromMinutes(1);
    private IGrainTimer? _removing;

    // What interleaves with a write sees the state before it, which is certain.
    private ModelRegistryState _durable = new();

    private string Site => this.GetPrimaryKeyString();

    private ImmutableArray<ModelReference> Models => stored.State.Models;

    /// <inheritdoc />
    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _durable = stored.State;
        RemoveLater();
        return Task.CompletedTask;
    }

    /// <inheritdoc />
    public async Task<ModelReference> PublishAsync(ModelReference candidate, bool promote, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (Models.FirstOrDefault(model => model.Sha256 == candidate.Sha256) is { } known)
        {
            return promote ? await ServeAsync(known, ServiceReason.Published, forced: false) : known;
        }

        // Held first: a bundle that nobody removes does no harm, a version without one does.
        await BundleOf(candidate.Sha256).HoldAsync(Site);
        if (candidate.TextEncoder is { } encoder)
        {
            await BundleOf(encoder).HoldAsync(Site);
        }

        var added = candidate with
        {
            Version = LastVersion + 1,
            InService = false,
            Readings = candidate.Readings.IsDefaultOrEmpty ? [ModelReadings.Everybody(Site, Erasures.Number)] : candidate.Readings,
        };
        var state = stored.State with
        {
            Models = Models.Add(added),
            LastVersion = added.Version,
            Removing = stored.State.Removing.RemoveRange([added.Sha256, added.TextEncoder ?? added.Sha256]),
            Partners = [.. Partners.Union(added.Readings.Select(reading => reading.Site).Where(site => site != Site), StringComparer.Ordinal)],
        };
        await WriteAsync(promote ? Serving(state, added.Version, ServiceReason.Published, forced: false) : state);
        return added with { InService = promote };
    }

    /// <inheritdoc />
    public Task<ModelReference> PromoteAsync(int version, CancellationToken cancellationToken) => PromoteAsync(version, force: false, cancellationToken);

    /// <inheritdoc />
    public async Task<ModelReference> PromoteAsync(int version, bool force, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var chosen = Find(version);
        return await ServeAsync(chosen, ServiceReason.Promoted, await CheckAsync(chosen, force));
    }

    /// <inheritdoc />
    public async Task<ModelReference> RollBackAsync(int? version, bool force, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var chosen = Find(version ?? stored.State.Log.Before(Models.Select(model => model.Version))
            ?? throw new InvalidOperationException($"No model version of site '{Site}' is known to have been in service before: name the version."));
        return await ServeAsync(chosen, ServiceReason.RolledBack, await CheckAsync(chosen, force));
    }

    /// <inheritdoc />
    public async Task RemoveAsync(int version, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (Models.FirstOrDefault(model => model.Version == version) is { } chosen)
        {
            if (chosen.InService)
            {
                throw new InvalidOperationException($"Model version {version} of site '{Site}' is in service: put another one in service first.");
            }

            // Versions that came of it come of what it came of.
            ImmutableArray<ModelReference> others = [.. Models.Remove(chosen).Select(model => model.Parent == chosen.Sha256 ? model with { Parent = chosen.Parent } : model)];
            var unneeded = chosen.TextEncoder is { } encoder && others.All(model => model.TextEncoder != encoder) ? new[] { chosen.Sha256, encoder } : [chosen.Sha256];
            await WriteAsync(stored.State with { Models = others, LastVersion = LastVersion, Removing = stored.State.Removing.AddRange(unneeded) });
        }
        else if (version < 1 || version > LastVersion)
        {
            throw NoSuch(version);
        }

        await ReleaseAsync();
    }

    /// <inheritdoc />
    public Task<ModelReference?> GetCurrentAsync(CancellationToken cancellationToken) =>
        Task.FromResult(Models.FirstOrDefault(model => model.InService));

    /// <inheritdoc />
    public Task<ImmutableArray<ModelReference>> ListAsync(CancellationToken cancellationToken) => Task.FromResult(Models);

    /// <inheritdoc />
    public Task<ImmutableArray<ServiceChange>> GetServiceLogAsync(CancellationToken cancellationToken) => Task.FromResult(stored.State.Log);

    private int LastVersion => Math.Max(stored.State.LastVersion, Models.Length);

    private IBundleGrain BundleOf(string hash) => GrainFactory.GetGrain<IBundleGrain>(hash);

    private ModelReference Find(int version) => Models.FirstOrDefault(model => model.Version == version) ?? throw NoSuch(version);

    private KeyNotFoundException NoSuch(int version) => new($"Site '{Site}' has no model version {version}; it has {Models.Length}.");

    /// <summary>Lets go of the bundles of versions that were removed.</summary>
    private async Task ReleaseAsync()
    {
        RemoveLater();
        foreach (var hash in stored.State.Removing)
        {
            await BundleOf(hash).ReleaseAsync(Site);
            await WriteAsync(stored.State with { Removing = stored.State.Removing.Remove(hash) });
        }
    }

    /// <summary>Goes on with removals until they are done; whoever dies meanwhile, the next activation does.</summary>
    private void RemoveLater()
    {
        if (!stored.State.Removing.IsEmpty)
        {
            _removing ??= this.RegisterGrainTimer(ReleaseByTimerAsync, new GrainTimerCreationOptions(RemovalPause, RemovalPause));
        }
    }

    private async Task ReleaseByTimerAsync(CancellationToken cancellationToken)
    {
        try
        {
            await ReleaseAsync();
            _removing?.Dispose();
            _removing = null;
        }
        catch (Exception exception)
        {
            LogNotRemoved(Site, stored.State.Removing.Length, exception);
        }
    }

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
            _durable = next;
        }
        catch
        {
            // What is stored is not known any more; the next activation reads it.
            stored.State = before;
            DeactivateOnIdle();
            throw;
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Site {Site}: {Count} bundles of removed model versions are still there; it is tried again.")]
    private partial void LogNotRemoved(string site, int count, Exception exception);
}

/// <summary>What the registry stores.</summary>
[GenerateSerializer, Immutable, Alias("seg.model-registry-state")]
internal sealed record ModelRegistryState
{
    /// <summary>All models, oldest first; at most one is in service.</summary>
    [Id(0)]
    public ImmutableArray<ModelReference> Models { get; init; } = [];

    /// <summary>What was in service when and why, the latest changes.</summary>
    [Id(1)]
    public ImmutableArray<ServiceChange> Log { get; init; } = [];

    /// <summary>The highest version number given so far, also to a version that was removed.</summary>
    [Id(2)]
    public int LastVersion { get; init; }

    /// <summary>Bundles of removed versions that the site has not let go of yet.</summary>
    [Id(3)]
    public ImmutableArray<string> Removing { get; init; } = [];

    /// <summary>Erasures of the site's customers; null for none.</summary>
    [Id(4)]
    public ErasureLog? Erasures { get; init; }

    /// <summary>Other sites that were ever trained on together with this one.</summary>
    [Id(5)]
    public ImmutableArray<string> Partners { get; init; } = [];
}
