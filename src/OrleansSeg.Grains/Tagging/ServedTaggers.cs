using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OrleansSeg.Inference;
using OrleansSeg.Model.Bundles;
using OrleansSeg.Model.Inference;
using OrleansSeg.Model.Text.Checkpoints;

namespace OrleansSeg.Tagging;

/// <summary>The taggers this silo answers with: each site's, as its registry names it.</summary>
/// <remarks>
/// The registry is asked again when what is known is older than <see cref="InferenceOptions.ModelPollInterval"/>. A tagger is replaced between two
/// calls, and goes with the last batch that uses it; one that cannot be loaded leaves the one before in service.
/// </remarks>
internal sealed partial class ServedTaggers(
    IGrainFactory grains, TaggerLoader loader, IOptions<InferenceOptions> options, TimeProvider time, ILogger<ServedTaggers> logger) : IDisposable
{
    private readonly ConcurrentDictionary<string, SiteTagger> _sites = new(StringComparer.Ordinal);

    /// <summary>The site's tagger; the caller is a user of it until it releases it.</summary>
    /// <exception cref="NoTaggerException">The site has none.</exception>
    /// <exception cref="InferenceUnavailableException">It cannot be loaded.</exception>
    public async Task<Counted<LoadedTagger>> RentAsync(string site, CancellationToken cancellationToken)
    {
        var served = _sites.GetOrAdd(site, _ => new SiteTagger());
        if (served.IsFresh(time, options.Value.ModelPollInterval) && served.Tagger is { } fresh && fresh.TryAdd())
        {
            return fresh;
        }

        await served.Update.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (!served.IsFresh(time, options.Value.ModelPollInterval))
            {
                await UpdateAsync(site, served, cancellationToken).ConfigureAwait(false);
            }

            return served.Tagger is { } tagger && tagger.TryAdd() ? tagger : throw new NoTaggerException(site);
        }
        finally
        {
            served.Update.Release();
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        foreach (var served in _sites.Values)
        {
            served.Replace(null);
        }
    }

    private async Task UpdateAsync(string site, SiteTagger served, CancellationToken cancellationToken)
    {
        var wanted = await grains.GetGrain<ITaggerRegistryGrain>(site).GetCurrentAsync(cancellationToken).ConfigureAwait(false);
        if (wanted is null)
        {
            served.Replace(null);
        }
        else if (served.Tagger?.Value.Hash != wanted.Sha256)
        {
            try
            {
                served.Replace(await loader.LoadAsync(wanted, cancellationToken).ConfigureAwait(false));
                LogInService(site, wanted.Sha256);
            }
            catch (Exception exception) when (exception is BundleCorruptException or CheckpointException or IOException)
            {
                LogNotLoaded(site, wanted.Sha256, exception);
                if (served.Tagger is null)
                {
                    throw new InferenceUnavailableException($"The tagger of site '{site}' cannot be loaded: {exception.Message}");
                }
            }
        }

        served.AskedAt = time.GetTimestamp();
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Site {Site} is served by tagger {Sha256}.")]
    private partial void LogInService(string site, string sha256);

    [LoggerMessage(Level = LogLevel.Error, Message = "Tagger {Sha256} of site {Site} could not be loaded; the one before stays in service where there is one.")]
    private partial void LogNotLoaded(string site, string sha256, Exception exception);

    private sealed class SiteTagger
    {
        private volatile Counted<LoadedTagger>? _tagger;

        /// <summary>Held while the registry is asked.</summary>
        public SemaphoreSlim Update { get; } = new(1);

        /// <summary>When the registry was last asked; null for never, or not in vain.</summary>
        public long? AskedAt { get; set; }

        /// <summary>The tagger, which this is a user of.</summary>
        public Counted<LoadedTagger>? Tagger => _tagger;

        public bool IsFresh(TimeProvider time, TimeSpan ageMax) => _tagger is not null && AskedAt is { } asked && time.GetElapsedTime(asked) < ageMax;

        public void Replace(Counted<LoadedTagger>? next)
        {
            var before = _tagger;
            _tagger = next;
            before?.Release();
        }
    }
}
