using System.Globalization;
using OrleansSeg.Customers.Storage;

namespace OrleansSeg.Federation.Runs;

/// <summary>A federation's records: a head with the number of the latest run, and one record for each run.</summary>
internal sealed class RunStore(GrainRecords records)
{
    /// <summary>State name of the head.</summary>
    public const string HeadRecord = "federation";

    private string? _headETag;
    private string? _etag;

    /// <summary>Number of the latest run; 0 for none.</summary>
    public int Latest { get; private set; }

    /// <summary>The latest run, or null.</summary>
    public RunState? Run { get; private set; }

    /// <summary>When runs start by themselves, or null.</summary>
    public StoredSchedule? Schedule { get; private set; }

    /// <summary>State name of a run's record.</summary>
    public static string RecordOf(int run) => string.Create(CultureInfo.InvariantCulture, $"run-{run}");

    /// <summary>Reads the head and the latest run; a run that was written before the head said so is taken in.</summary>
    public async Task LoadAsync(CancellationToken cancellationToken)
    {
        var head = await records.ReadAsync<FederationHead>(HeadRecord, cancellationToken);
        (Latest, Schedule, _headETag) = (head.Value?.Latest ?? 0, head.Value?.Schedule, head.ETag);
        var next = await records.ReadAsync<RunState>(RecordOf(Latest + 1), cancellationToken);
        if (next.Value is not null)
        {
            (Run, _etag) = (next.Value, next.ETag);
            await WriteHeadAsync(Latest + 1, CoveredBy(next.Value));
        }
        else if (Latest > 0)
        {
            var latest = await records.ReadAsync<RunState>(RecordOf(Latest), cancellationToken);
            (Run, _etag) = (latest.Value, latest.ETag);
        }
    }

    /// <summary>Any run, or null.</summary>
    public async Task<RunState?> ReadAsync(int run, CancellationToken cancellationToken) =>
        run == Latest ? Run : (await records.ReadAsync<RunState>(RecordOf(run), cancellationToken)).Value;

    /// <summary>Writes the first record of the next run.</summary>
    public async Task AddAsync(RunState run)
    {
        _etag = await records.WriteAsync(RecordOf(run.Number), run, null);
        Run = run;
        await WriteHeadAsync(run.Number, CoveredBy(run));
    }

    /// <summary>Writes the latest run.</summary>
    public async Task WriteAsync(RunState run)
    {
        _etag = await records.WriteAsync(RecordOf(run.Number), run, _etag);
        Run = run;
    }

    /// <summary>Writes the schedule.</summary>
    public Task WriteAsync(StoredSchedule? schedule) => WriteHeadAsync(Latest, schedule);

    private StoredSchedule? CoveredBy(RunState run) => run.ScheduledFor is { } due && Schedule is { } schedule && due > schedule.Covered
        ? schedule with { Covered = due }
        : Schedule;

    private async Task WriteHeadAsync(int latest, StoredSchedule? schedule)
    {
        _headETag = await records.WriteAsync(HeadRecord, new FederationHead { Latest = latest, Schedule = schedule }, _headETag);
        (Latest, Schedule) = (latest, schedule);
    }
}

/// <summary>What is stored of a federation beside its runs.</summary>
[GenerateSerializer, Immutable, Alias("seg.federation-head")]
internal sealed record FederationHead
{
    /// <summary>Number of the latest run.</summary>
    [Id(0)]
    public int Latest { get; init; }

    /// <summary>When runs start by themselves; null for never.</summary>
    [Id(1)]
    public StoredSchedule? Schedule { get; init; }
}

/// <summary>A schedule, and how far it is covered.</summary>
/// <param name="Schedule">The schedule.</param>
/// <param name="Covered">Occurrences up to it are done.</param>
[GenerateSerializer, Immutable, Alias("seg.stored-schedule")]
internal sealed record StoredSchedule([property: Id(0)] FederationSchedule Schedule, [property: Id(1)] DateTimeOffset Covered);
