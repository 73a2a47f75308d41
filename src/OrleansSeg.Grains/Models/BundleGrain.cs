using System.Collections.Immutable;
using OrleansSeg.Customers.Storage;

namespace OrleansSeg.Models;

/// <summary>Counts the sites that need a bundle, one call after the other, so that none is removed while another site takes hold of it.</summary>
[GrainType("seg.bundle")]
internal sealed class BundleGrain(
    [PersistentState("bundle", CustomerStorage.ProviderName)] IPersistentState<BundleState> stored, IModelStore models) : Grain, IBundleGrain
{
    /// <inheritdoc />
    public Task HoldAsync(string site) =>
        stored.State.Holders.Contains(site) ? Task.CompletedTask : WriteAsync(stored.State with { Holders = stored.State.Holders.Add(site) });

    /// <inheritdoc />
    public async Task ReleaseAsync(string site)
    {
        if (stored.State.Holders.Contains(site))
        {
            await WriteAsync(stored.State with { Holders = stored.State.Holders.Remove(site) });
        }

        await RemoveAsync();
    }

    /// <inheritdoc />
    public async Task<bool> RemoveAsync()
    {
        if (!stored.State.Holders.IsEmpty)
        {
            return false;
        }

        await models.RemoveAsync(this.GetPrimaryKeyString(), CancellationToken.None);
        if (stored.RecordExists)
        {
            await KeepAsync(new BundleState(), stored.ClearStateAsync);
        }

        return true;
    }

    private Task WriteAsync(BundleState next) => KeepAsync(next, stored.WriteStateAsync);

    private async Task KeepAsync(BundleState next, Func<Task> write)
    {
        var before = stored.State;
        stored.State = next;
        try
        {
            await write();
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

/// <summary>What is stored of a bundle.</summary>
[GenerateSerializer, Immutable, Alias("seg.bundle-state")]
internal sealed record BundleState
{
    /// <summary>Sites at which the bundle is registered.</summary>
    [Id(0)]
    public ImmutableArray<string> Holders { get; init; } = [];
}
