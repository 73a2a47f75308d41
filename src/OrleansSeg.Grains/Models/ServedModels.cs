using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OrleansSeg.Hosting;
using OrleansSeg.Inference;

namespace OrleansSeg.Models;

/// <summary>The models this silo serves: loads what the registries name, and swaps between two batches.</summary>
/// <remarks>
/// A site is followed from the first call for it. The new version is loaded and has scored once before it replaces the old one, and a
/// version that cannot be loaded leaves the old one in service; it is tried again after longer and longer pauses.
/// </remarks>
internal sealed partial class ServedModels(
    IGrainFactory grains, IScoringModelLoader loader, SiloStopping stopping, IOptions<InferenceOptions> options, TimeProvider time, ILogger<ServedModels> logger)
    : IServedModels, IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, ServedSite> _sites = new(StringComparer.Ordinal);

    // A silo that leaves asks no registry any more; what it has loaded answers to the end.
    private readonly CancellationTokenSource _stop = CancellationTokenSource.CreateLinkedTokenSource(stopping.Begun);
    private int _disposed;

    /// <inheritdoc />
    public ModelLease? Rent(string site) => _sites.TryGetValue(site, out var followed) ? followed.Rent() : null;

    /// <summary>Begins to follow a site; ends when its model is loaded or it is known to have none.</summary>
    public ValueTask FollowAsync(string site, CancellationToken cancellationToken)
    {
        if (!_sites.TryGetValue(site, out var followed))
        {
            followed = _sites.GetOrAdd(site, name => new ServedSite(name));
        }

        var first = followed.First ?? followed.Start(FollowLoopAsync);
        return first.IsCompletedSuccessfully ? ValueTask.CompletedTask : new ValueTask(first.WaitAsync(cancellationToken));
    }

    /// <summary>Asks the registry now instead of at the next poll.</summary>
    /// <exception cref="Model.Bundles.BundleCorruptException">The version in service cannot be loaded; the one before stays.</exception>
    public async Task RefreshAsync(string site, CancellationToken cancellationToken)
    {
        await FollowAsync(site, cancellationToken);
        await UpdateAsync(_sites[site], _ => true, cancellationToken);
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        // The container owns this under two names and disposes it under each.
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        await _stop.CancelAsync();
        foreach (var site in _sites.Values)
        {
            await (site.Loop ?? Task.CompletedTask).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            site.Close();
        }

        _stop.Dispose();
    }

    private async Task FollowLoopAsync(ServedSite site, TaskCompletionSource first)
    {
        using var timer = new PeriodicTimer(options.Value.ModelPollInterval, time);
        var retry = new LoadRetry(options.Value.ModelPollInterval, time);
        try
        {
            do
            {
                if (retry.IsDue(null))
                {
                    await TryUpdateAsync(site, retry).ConfigureAwait(false);
                }

                first.TrySetResult();
            }
            while (await timer.WaitForNextTickAsync(_stop.Token).ConfigureAwait(false));
        }
        finally
        {
            // Whoever waits for the first model must not wait past the silo's end.
            first.TrySetResult();
        }
    }

    private async Task TryUpdateAsync(ServedSite site, LoadRetry retry)
    {
        string? wanted = null;
        try
        {
            if (await UpdateAsync(site, IsDue, _stop.Token).ConfigureAwait(false))
            {
                retry.Succeeded();
            }
        }
        catch (Exception exception) when (!_stop.IsCancellationRequested)
        {
            LogNotUpdated(site.Name, retry.Failed(wanted), exception);
        }

        // A version promoted after one that cannot be loaded does not wait for that one's pause.
        bool IsDue(string hash) => retry.IsDue(wanted = hash);
    }

    /// <summary>Loads what the registry names unless it is served or not due; returns whether the silo now serves what the registry names.</summary>
    private async Task<bool> UpdateAsync(ServedSite site, Predicate<string> isDue, CancellationToken cancellationToken)
    {
        await site.Update.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var current = await grains.GetGrain<IModelRegistryGrain>(site.Name).GetCurrentAsync(cancellationToken).ConfigureAwait(false);
            if (current is null || site.Serves(current))
            {
                return true;
            }

            if (!isDue(current.Sha256))
            {
                return false;
            }

            var model = await loader.LoadAsync(current, cancellationToken).ConfigureAwait(false);
            site.Replace(model, current);
            LogInService(site.Name, current.Version, current.Sha256);
            return true;
        }
        finally
        {
            site.Update.Release();
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Site {Site} is served by model version {Version} ({Sha256}).")]
    private partial void LogInService(string site, int version, string sha256);

    [LoggerMessage(Level = LogLevel.Error, Message = "The model of site {Site} could not be brought up to date; the one before stays in service, next try in {Pause}.")]
    private partial void LogNotUpdated(string site, TimeSpan pause, Exception exception);
}
