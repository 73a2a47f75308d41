using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using OrleansSeg.Customers.Storage;
using OrleansSeg.Models;
using OrleansSeg.Placement;

namespace OrleansSeg.Tagging;

/// <summary>Keeps which tagger a site has, and its bundles in the model store as long as it does.</summary>
[GrainType("seg.tagger-registry"), SiteSilos]
internal sealed partial class TaggerRegistryGrain(
    [PersistentState("tagger", CustomerStorage.ProviderName)] IPersistentState<TaggerRegistryState> stored, ILogger<TaggerRegistryGrain> logger) : Grain, ITaggerRegistryGrain
{
    private string Site => this.GetPrimaryKeyString();

    /// <inheritdoc />
    public override Task OnActivateAsync(CancellationToken cancellationToken) => TryReleaseAsync();

    /// <inheritdoc />
    public async Task RegisterAsync(TaggerReference tagger, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(tagger);
        cancellationToken.ThrowIfCancellationRequested();

        // Held first: a bundle that nobody removes does no harm, a tagger without one does.
        await BundleOf(tagger.EncoderSha256).HoldAsync(Site);
        await BundleOf(tagger.Sha256).HoldAsync(Site);
        await ReplaceAsync(tagger);
    }

    /// <inheritdoc />
    public Task<TaggerReference?> GetCurrentAsync(CancellationToken cancellationToken) => Task.FromResult(stored.State.Current);

    /// <inheritdoc />
    public Task RemoveAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return ReplaceAsync(null);
    }

    private IBundleGrain BundleOf(string hash) => GrainFactory.GetGrain<IBundleGrain>(hash);

    private async Task ReplaceAsync(TaggerReference? next)
    {
        var needed = BundlesOf(next).ToHashSet(StringComparer.Ordinal);
        var removing = stored.State.Removing.Concat(BundlesOf(stored.State.Current)).Distinct(StringComparer.Ordinal).Where(hash => !needed.Contains(hash));
        await WriteAsync(new TaggerRegistryState { Current = next, Removing = [.. removing] });
        await TryReleaseAsync();
    }

    /// <summary>Lets go of bundles that are needed no more; what fails is tried again at the next activation or change.</summary>
    private async Task TryReleaseAsync()
    {
        try
        {
            foreach (var hash in stored.State.Removing)
            {
                await BundleOf(hash).ReleaseAsync(Site);
                await WriteAsync(stored.State with { Removing = stored.State.Removing.Remove(hash) });
            }
        }
        catch (Exception exception)
        {
            LogNotRemoved(Site, stored.State.Removing.Length, exception);
        }
    }

    private async Task WriteAsync(TaggerRegistryState next)
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

    private static IEnumerable<string> BundlesOf(TaggerReference? tagger) => tagger is null ? [] : [tagger.EncoderSha256, tagger.Sha256];

    [LoggerMessage(Level = LogLevel.Warning, Message = "Site {Site}: {Count} bundles of taggers that are out of service are still there; it is tried again.")]
    private partial void LogNotRemoved(string site, int count, Exception exception);
}

/// <summary>What the registry stores.</summary>
[GenerateSerializer, Immutable, Alias("seg.tagger-registry-state")]
internal sealed record TaggerRegistryState
{
    /// <summary>The tagger in service; null for none.</summary>
    [Id(0)]
    public TaggerReference? Current { get; init; }

    /// <summary>Bundles of earlier taggers that the site has not let go of yet.</summary>
    [Id(1)]
    public ImmutableArray<string> Removing { get; init; } = [];
}
