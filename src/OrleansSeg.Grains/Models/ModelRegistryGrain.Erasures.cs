using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using OrleansSeg.Customers;

namespace OrleansSeg.Models;

/// <summary>Which versions may have learned from customers erased since: what versions have read is held against what was erased, at the sites that they were trained on.</summary>
internal sealed partial class ModelRegistryGrain
{
    private ErasureLog Erasures => _durable.Erasures ?? ErasureLog.Empty;

    /// <inheritdoc />
    public async Task<long> MarkAsync(ErasureMark mark)
    {
        var next = Erasures.With(mark);
        if (next != Erasures)
        {
            await WriteAsync(stored.State with { Erasures = next });
        }

        return next.NumberOf(mark.Token)!.Value;
    }

    /// <inheritdoc />
    public Task<ErasureLog> ReadAsync(long after) => Task.FromResult(Erasures.After(after));

    /// <inheritdoc />
    public Task<ImmutableArray<AffectedVersion>> GetAffectedAsync(string site, ImmutableArray<ErasureEntry> erasures) => Task.FromResult<ImmutableArray<AffectedVersion>>(
    [
        .. _durable.Models.Where(model => ModelReadings.Of(model, Site).Any(reading => reading.Site == site && erasures.Any(erasure => erasure.IsCoveredBy(reading))))
            .Select(model => new AffectedVersion(Site, model.Version, model.InService)),
    ]);

    /// <inheritdoc />
    public async Task<Forgetting> GetForgettingAsync(ImmutableArray<long> numbers)
    {
        var (erasures, site) = (Erasures.Of(numbers).ToImmutableArray(), Site);
        if (erasures.IsEmpty)
        {
            return new Forgetting([], []);
        }

        var (affected, silent) = (ImmutableArray.CreateBuilder<AffectedVersion>(), ImmutableArray.CreateBuilder<string>());
        foreach (var other in Partners.Append(site).Order(StringComparer.Ordinal))
        {
            if (await AskAsync(other, log => log.GetAffectedAsync(site, erasures)) is { IsDefault: false } versions)
            {
                affected.AddRange(versions);
            }
            else
            {
                silent.Add(other);
            }
        }

        return new Forgetting(affected.ToImmutable(), silent.ToImmutable());
    }

    /// <inheritdoc />
    public async Task<ImmutableArray<VersionTaint>> GetTaintsAsync(CancellationToken cancellationToken) => await TaintsOfAsync(_durable.Models);

    /// <summary>Sites that were ever trained on together with this one.</summary>
    private ImmutableArray<string> Partners => _durable.Partners.IsDefault ? [] : _durable.Partners;

    private async Task<ImmutableArray<VersionTaint>> TaintsOfAsync(ImmutableArray<ModelReference> models)
    {
        var readings = models.SelectMany(model => ModelReadings.Of(model, Site)).ToLookup(reading => reading.Site, StringComparer.Ordinal);
        var logs = new Dictionary<string, ErasureLog?>(StringComparer.Ordinal);
        foreach (var site in readings)
        {
            logs[site.Key] = await AskAsync(site.Key, log => log.ReadAsync(site.Min(reading => reading.Erasures)));
        }

        return [.. models.Select(model =>
        {
            var bySite = ModelReadings.Of(model, Site).GroupBy(reading => reading.Site, StringComparer.Ordinal).OrderBy(site => site.Key, StringComparer.Ordinal).ToList();
            return new VersionTaint(
                model.Version,
                bySite.Sum(site => logs[site.Key]?.CoveredBy(site).Sum(entry => entry.Count) ?? 0),
                [.. bySite.Where(site => logs[site.Key] is null).Select(site => site.Key)]);
        })];
    }

    /// <summary>Refuses a version that may have learned from customers erased since.</summary>
    /// <returns>Whether it was taken by force.</returns>
    private async Task<bool> CheckAsync(ModelReference chosen, bool force)
    {
        var taint = (await TaintsOfAsync([chosen]))[0];
        if (chosen.InService || taint.IsClean || force)
        {
            return !chosen.InService && !taint.IsClean;
        }

        throw new InvalidOperationException(
            $"Model version {chosen.Version} of site '{Site}' {(taint.Erasures > 0
                ? $"may have learned from {(taint.Erasures == 1 ? "a customer" : FormattableString.Invariant($"{taint.Erasures} customers"))} erased since"
                : $"was also trained on {string.Join(" and ", taint.SilentSites.Select(site => $"'{site}'"))}, where nobody answers, so it is not known who was erased there since")}: "
            + "name another version, or force this one.");
    }

    /// <summary>Asks a site's log; the default for one that does not answer.</summary>
    private async Task<T?> AskAsync<T>(string site, Func<IErasureLogGrain, Task<T>> ask)
    {
        try
        {
            return await (site == Site ? ask(this) : ask(GrainFactory.GetGrain<IErasureLogGrain>(site)));
        }
        catch (Exception exception) when (site != Site)
        {
            LogSilent(Site, site, exception);
            return default;
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Site {Site}: what was erased at {Other} is not known, because it does not answer.")]
    private partial void LogSilent(string site, string other, Exception exception);
}
