using System.Collections.Immutable;

namespace OrleansSeg.Models;

/// <summary>Erasures of a site's customers whom a version may have learned from, counted from the first. It names nobody: of each there is a number, and since when there was anything to read.</summary>
/// <remarks>
/// Versions are held against it when somebody asks. Bounded: the two oldest entries become one, which says of both what marks more versions.
/// </remarks>
[GenerateSerializer, Immutable, Alias("seg.erasure-log")]
internal sealed record ErasureLog
{
    /// <summary>Most entries.</summary>
    public const int EntriesMax = 512;

    /// <summary>No erasure.</summary>
    public static ErasureLog Empty { get; } = new();

    /// <summary>Erasures so far.</summary>
    [Id(0)]
    public long Number { get; init; }

    /// <summary>What is known of them, oldest first.</summary>
    [Id(1)]
    public ImmutableArray<ErasureEntry> Entries { get; init; } = [];

    /// <summary>The log with one more erasure; one that is in it already changes nothing.</summary>
    public ErasureLog With(ErasureMark mark)
    {
        if (NumberOf(mark.Token) is not null)
        {
            return this;
        }

        var entries = Entries.Add(new ErasureEntry(Number + 1, 1, mark.KnownFrom, mark.EventsFrom, mark.Token));
        return new ErasureLog { Number = Number + 1, Entries = entries.Length > EntriesMax ? [entries[0].And(entries[1]), .. entries[2..]] : entries };
    }

    /// <summary>The number of an erasure; null when it is not in the log, or so old that nobody asks any more.</summary>
    public long? NumberOf(Guid token) => Entries.LastOrDefault(entry => entry.Token == token)?.Number;

    /// <summary>The log after an erasure, for those who know the rest.</summary>
    public ErasureLog After(long number) => this with { Entries = Entries.RemoveAll(entry => entry.Number <= number) };

    /// <summary>Erasures of customers whom somebody may have read who read so; each once, however often it was read.</summary>
    public IEnumerable<ErasureEntry> CoveredBy(IEnumerable<ModelReading> readings) => Entries.Where(entry => readings.Any(entry.IsCoveredBy));

    /// <summary>What is known of some erasures.</summary>
    /// <param name="numbers">Their numbers.</param>
    public IEnumerable<ErasureEntry> Of(IEnumerable<long> numbers) => numbers.Select(number => Entries.FirstOrDefault(entry => entry.Number >= number)).OfType<ErasureEntry>().Distinct();
}

/// <summary>An erasure in the log, or several old ones together.</summary>
/// <param name="Number">The number of the erasure, or of the latest of several.</param>
/// <param name="Count">How many.</param>
/// <param name="KnownFrom">No event of the customer was stored before.</param>
/// <param name="EventsFrom">No event of the customer is of an earlier time.</param>
/// <param name="Token">Drawn by chance for this erasure, so that one that is told twice counts once.</param>
[GenerateSerializer, Immutable, Alias("seg.erasure-entry")]
internal sealed record ErasureEntry(
    [property: Id(0)] long Number,
    [property: Id(1)] long Count,
    [property: Id(2)] DateTimeOffset KnownFrom,
    [property: Id(3)] DateTimeOffset EventsFrom,
    [property: Id(4)] Guid Token)
{
    /// <summary>Whether whoever read so may have read the customer.</summary>
    public bool IsCoveredBy(ModelReading reading) =>
        Number > reading.Erasures && KnownFrom <= reading.Watermark && (reading.Until is not { } until || EventsFrom <= until);

    /// <summary>This and a later one.</summary>
    public ErasureEntry And(ErasureEntry later) => new(
        later.Number,
        Count + later.Count,
        KnownFrom < later.KnownFrom ? KnownFrom : later.KnownFrom,
        EventsFrom < later.EventsFrom ? EventsFrom : later.EventsFrom,
        later.Token);
}

/// <summary>What an erasure leaves for the log: when there was anything of the customer that a version could read.</summary>
/// <param name="Token">Drawn by chance, once for the erasure.</param>
/// <param name="KnownFrom">No event was stored before; to the minute, so that it tells nobody apart.</param>
/// <param name="EventsFrom">No event is of an earlier time; to the minute.</param>
[GenerateSerializer, Immutable, Alias("seg.erasure-mark")]
internal sealed record ErasureMark(
    [property: Id(0)] Guid Token, [property: Id(1)] DateTimeOffset KnownFrom, [property: Id(2)] DateTimeOffset EventsFrom);
