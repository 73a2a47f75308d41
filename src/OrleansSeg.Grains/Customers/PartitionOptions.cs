using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace OrleansSeg.Customers;

/// <summary>How partitions keep their index and sweep.</summary>
public sealed class PartitionOptions
{
    /// <summary>Entries at which an index bucket is split in two.</summary>
    /// <value>Default 256; 4 to 2,000. A bucket is written whole, so this is also what one new assignment costs.</value>
    [Range(4, 2_000)]
    public int BucketEntriesMax { get; set; } = 256;

    /// <summary>Index buckets a partition keeps in memory.</summary>
    /// <value>Default 64; 1 to 10,000.</value>
    [Range(1, 10_000)]
    public int BucketsInMemoryMax { get; set; } = 64;

    /// <summary>Customers that a bulk call or a sweep has in hand at one time.</summary>
    /// <value>Default 64; 1 to 1,024.</value>
    [Range(1, 1024)]
    public int ConcurrencyMax { get; set; } = 64;

    /// <summary>Time between two sweeps of a partition in memory; zero sweeps only when asked to.</summary>
    /// <value>Default 1 min; zero to 1 h.</value>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00")]
    public TimeSpan SweepInterval { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>Customers that one sweep of its own accord re-scores at most.</summary>
    /// <value>Default 500; 1 to 100,000.</value>
    [Range(1, 100_000)]
    public int SweepRescoredMax { get; set; } = 500;

    /// <summary>Customers whose stored state one sweep compares with the index at most.</summary>
    /// <value>Default 500; 1 to 100,000.</value>
    [Range(1, 100_000)]
    public int SweepComparedMax { get; set; } = 500;

    /// <summary>Period of the reminder that wakes a partition that is in no silo's memory.</summary>
    /// <value>Default 5 min; 1 min to 1 day.</value>
    [Range(typeof(TimeSpan), "00:01:00", "1.00:00:00")]
    public TimeSpan ReminderPeriod { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>Limits of a loop over customers in a grain: so many at one time, all on the grain's own scheduler.</summary>
    internal ParallelOptions LimitsHere(CancellationToken cancellationToken) => new()
    {
        MaxDegreeOfParallelism = ConcurrencyMax, TaskScheduler = TaskScheduler.Current, CancellationToken = cancellationToken,
    };
}

/// <summary>Checks the attributes.</summary>
[OptionsValidator]
public sealed partial class PartitionOptionsValidator : IValidateOptions<PartitionOptions>;
