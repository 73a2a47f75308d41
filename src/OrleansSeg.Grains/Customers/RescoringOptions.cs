using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace OrleansSeg.Customers;

/// <summary>When and how customers are scored again.</summary>
public sealed class RescoringOptions
{
    /// <summary>Quiet time after behaviour before scoring, so that a burst of events is scored once.</summary>
    /// <value>Default 100 ms; zero to 10 s.</value>
    [Range(typeof(TimeSpan), "00:00:00", "00:00:10")]
    public TimeSpan DebounceInterval { get; set; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Longest time that events which keep coming may put scoring off.</summary>
    /// <value>Default 500 ms; zero to 1 min.</value>
    [Range(typeof(TimeSpan), "00:00:00", "00:01:00")]
    public TimeSpan DebounceMax { get; set; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Doors to each inference silo that calls are spread over, so that they do not queue at one.</summary>
    /// <value>Default 16; 1 to 1,024.</value>
    [Range(1, 1024)]
    public int WorkerSlots { get; set; } = 16;

    /// <summary>First pause after inference refused or could not be reached; it doubles, with jitter.</summary>
    /// <value>Default 200 ms; 1 ms to 1 min.</value>
    [Range(typeof(TimeSpan), "00:00:00.001", "00:01:00")]
    public TimeSpan BackOffMin { get; set; } = TimeSpan.FromMilliseconds(200);

    /// <summary>Longest pause between two tries.</summary>
    /// <value>Default 1 min; 1 ms to 1 h.</value>
    [Range(typeof(TimeSpan), "00:00:00.001", "01:00:00")]
    public TimeSpan BackOffMax { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>How old the knowledge of the model in service may be when deciding that an assignment is an older model's.</summary>
    /// <value>Default 10 s; zero to 1 h.</value>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00")]
    public TimeSpan ModelCheckInterval { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Most explanations that a silo keeps in memory, one for each customer who was asked about; the longest unused goes first.</summary>
    /// <value>Default 1,000; 0 to 100,000.</value>
    [Range(0, 100_000)]
    public int ExplanationsKept { get; set; } = 1_000;

    /// <summary>The instant that scores and explanations describe, for looking at a past data set; a customer's later events still count.</summary>
    /// <value>Default null: now. Ages of assignments always follow the clock.</value>
    public DateTimeOffset? AsOf { get; set; }

    /// <summary>The instant to describe.</summary>
    internal DateTimeOffset ScoringTime(TimeProvider time) => AsOf ?? time.GetUtcNow();
}

/// <summary>Checks the attributes.</summary>
[OptionsValidator]
public sealed partial class RescoringOptionsValidator : IValidateOptions<RescoringOptions>;
