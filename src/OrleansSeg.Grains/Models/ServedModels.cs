using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OrleansSeg.Inference;

namespace OrleansSeg.Models;

/// <summary>The models this silo serves: loads what the registries name, and swaps between two batches.</summary>
/// <remarks>
/// A site is followed from the first call for it. The new version is loaded and has scored once before it replaces the old one, and a
/// version that cannot be loaded leaves the old one in service.
/// </remarks>
internal sealed partial class ServedModels(
    IGrainFactory grains, IScoringModelLoader loader, IOptions<InferenceOptions> options, TimeProvider time, ILogger<ServedModels> logger)
    : IServedModels, IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, Site> _sites = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _stop = new();

    /// <inheritdoc />
    public ModelLease? Rent(string site) => _sites.TryGetValue(site, out var followed) ? followed.Rent() : null;

    /// <summary>Begins to follow a site; ends when its model is loaded or it is known to have none.</summary>
    public ValueTask FollowAsync(string site, CancellationToken cancellationToken)
    {
        var followed = _sites.GetOrAdd(site, name => new Site(name));
        var first = followed.First ?? followed.Start(FollowLoopAsync);
        return first.IsCompletedSuccessfully ? ValueTask.CompletedTask : new ValueTask(first.WaitAsync(cancellationToken));
    }

    /// <summary>Asks the registry now instead of at the next poll.</summary>
    public async Task RefreshAsync(string site, CancellationToken cancellationToken)
    {
        await FollowAsync(site, cancellationToken);
        await UpdateAsync(_sites[site], cancellationToken);
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        if (_stop.IsCancellationRequested)
        {
            // A container that knows this object under two names disposes it twice.
            return;
        }

        await _stop.CancelAsync();
        foreach (var site in _sites.Values)
        {
            await (site.Loop ?? Task.CompletedTask).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            site.Replace(null);
        }

        _stop.Dispose();
    }

    private async Task FollowLoopAsync(Site site, TaskCompletionSource first)
    {
        using var timer = new PeriodicTimer(options.Value.ModelPollInterval, time);
        do
        {
            try
            {
                await UpdateAsync(site, _stop.Token).ConfigureAwait(false);
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                LogNotUpdated(site.Name, exception);
            }

            first.TrySetResult();
        }
        while (await timer.WaitForNextTickAsync(_stop.Token).ConfigureAwait(false));
    }

    private async Task UpdateAsync(Site site, CancellationToken cancellationToken)
    {
        await site.Update.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var current = await grains.GetGrain<IModelRegistryGrain>(site.Name).GetCurrentAsync(cancellationToken).ConfigureAwait(false);
            if (current is not null && (site.Version != current.Version || site.Sha256 != current.Sha256))
            {
                var model = await loader.LoadAsync(current, cancellationToken).ConfigureAwait(false);
                site.Replace(model, current.Sha256);
                LogInService(site.Name, current.Version, current.Sha256);
            }
        }
        finally
        {
            site.Update.Release();
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Site {Site} is served by model version {Version} ({Sha256}).")]
    private partial void LogInService(string site, int version, string sha256);

    [LoggerMessage(Level = LogLevel.Error, Message = "The model of site {Site} could not be brought up to date; the one before stays in service.")]
    private partial void LogNotUpdated(string site, Exception exception);

    private sealed class Site(string name)
    {
        private readonly Lock _gate = new();
        private ModelLease? _owned;

        public string Name => name;

        public SemaphoreSlim Update { get; } = new(1);

        public Task? First { get; private set; }

        public Task? Loop { get; private set; }

        public int Version { get; private set; }

        public string? Sha256 { get; private set; }

        public Task Start(Func<Site, TaskCompletionSource, Task> follow)
        {
            lock (_gate)
            {
                if (First is null)
                {
                    var first = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                    First = first.Task;

                    // Off the grain's scheduler: the loop outlives the call that began it.
                    Loop = Task.Run(() => follow(this, first));
                }

                return First;
            }
        }

        public ModelLease? Rent()
        {
            lock (_gate)
            {
                return _owned?.Rent();
            }
        }

        public void Replace(IScoringModel? model, string? sha256 = null)
        {
            ModelLease? old;
            lock (_gate)
            {
                old = _owned;
                _owned = model is null ? null : ModelLease.Own(model);
                (Version, Sha256) = (model?.Version ?? 0, sha256);
            }

            old?.Dispose();
        }
    }
}
