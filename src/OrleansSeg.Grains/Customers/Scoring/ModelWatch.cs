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

    /// <summary>Whether a version other than this one is in service, as last heard of; never waits, and asks anew in the background when the answer is old.</summary>
    /// <param name="site">The site.</param>
    /// <param name="version">The version of an assignment's model.</param>
    /// <param name="assignedAt">When that model answered.</param>
    public bool IsAnother(string site, int version, DateTimeOffset? assignedAt)
    {
        var known = _sites.GetOrAdd(site, _ => new Known());
        if (time.GetElapsedTime(known.AskedAt) >= options.Value.ModelCheckInterval && Interlocked.Exchange(ref known.Asking, 1) == 0)
        {
            // Off the grain's scheduler, because look-ups do not wait for it.
            _ = Task.Run(() => AskAsync(site, known));
        }

        // A lower one is a roll-back when it was heard of after the assignment; before, the assignment's model may have been promoted since.
        var served = known.Version;
        return served > version || (served < version && served > 0 && assignedAt?.UtcTicks <= Volatile.Read(ref known.HeardFrom));
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
        var began = time.GetUtcNow();
        var model = await grains.GetGrain<IModelRegistryGrain>(site).GetCurrentAsync(cancellationToken);
        var known = _sites.GetOrAdd(site, _ => new Known());
        known.AskedAt = time.GetTimestamp();
        known.Version = model?.Version ?? 0;
        Volatile.Write(ref known.HeardFrom, began.UtcTicks);
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

        // UTC ticks: the registry was asked for the version then.
        public long HeardFrom;
    }
}
