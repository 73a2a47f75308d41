using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OrleansSeg.Models;

namespace OrleansSeg.Customers.Scoring;

/// <summary>Which model each site has in service, as known on this silo: good enough to call an assignment stale.</summary>
internal sealed partial class ModelWatch(
    IGrainFactory grains, IOptions<RescoringOptions> options, TimeProvider time, ILogger<ModelWatch> logger)
{
    private readonly ConcurrentDictionary<string, Known> _sites = new();

    /// <summary>The version last heard of, 0 for none; never waits, and asks anew in the background when the answer is old.</summary>
    public int VersionOf(string site)
    {
        var known = _sites.GetOrAdd(site, _ => new Known());
        if (time.GetElapsedTime(known.AskedAt) >= options.Value.ModelCheckInterval && Interlocked.Exchange(ref known.Asking, 1) == 0)
        {
            // Off the grain's scheduler, because look-ups do not wait for it.
            _ = Task.Run(() => AskAsync(site, known));
        }

        return known.Version;
    }

    /// <summary>Whether the site has a model in service, as of at most the check interval ago; true when the registry does not answer.</summary>
    public async ValueTask<bool> HasModelAsync(string site, CancellationToken cancellationToken)
    {
        var known = _sites.GetOrAdd(site, _ => new Known());
        if (time.GetElapsedTime(known.AskedAt) < options.Value.ModelCheckInterval)
        {
            return known.Version > 0;
        }

        try
        {
            return await AskAsync(site, cancellationToken) > 0;
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            LogUnanswered(site, exception);
            return true;
        }
    }

    /// <summary>The version in service now, 0 for none.</summary>
    public async Task<int> AskAsync(string site, CancellationToken cancellationToken)
    {
        var model = await grains.GetGrain<IModelRegistryGrain>(site).GetCurrentAsync(cancellationToken);
        var known = _sites.GetOrAdd(site, _ => new Known());
        known.AskedAt = time.GetTimestamp();
        known.Version = model?.Version ?? 0;
        return known.Version;
    }

    private async Task AskAsync(string site, Known known)
    {
        try
        {
            await AskAsync(site, CancellationToken.None);
        }
        catch (Exception exception)
        {
            known.AskedAt = time.GetTimestamp();
            LogUnanswered(site, exception);
        }
        finally
        {
            Volatile.Write(ref known.Asking, 0);
        }
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "The model registry of site {Site} did not answer; the last known version counts.")]
    private partial void LogUnanswered(string site, Exception exception);

    private sealed class Known
    {
        public int Asking;
        public volatile int Version;
        public long AskedAt = long.MinValue / 2;
    }
}
