using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace OrleansSeg.Model.Tuning.Studies;

/// <summary>What a study knows of one trial.</summary>
/// <param name="Number">From 0, in the order in which they were proposed.</param>
/// <param name="State">Where it stands.</param>
/// <param name="Point">What is tried, by parameter of the space in their order.</param>
/// <param name="Settings">The same by name, for people.</param>
/// <param name="Losses">Losses on the way.</param>
/// <param name="Loss">The objective; of a pruned trial its best loss on the way; null while it runs and where it failed.</param>
/// <param name="Seconds">How long it took.</param>
/// <param name="Failure">Why it failed; null if it did not.</param>
public sealed record TrialRecord(
    int Number,
    TrialState State,
    ImmutableArray<double> Point,
    ImmutableSortedDictionary<string, string> Settings,
    ImmutableArray<TrialLoss> Losses,
    double? Loss,
    double Seconds,
    string? Failure);

/// <summary>Where a trial stands.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<TrialState>))]
public enum TrialState
{
    /// <summary>Proposed, and under way until its process ends.</summary>
    [JsonStringEnumMemberName("running")]
    Running,

    /// <summary>Ended with its loss.</summary>
    [JsonStringEnumMemberName("done")]
    Done,

    /// <summary>Given up early.</summary>
    [JsonStringEnumMemberName("pruned")]
    Pruned,

    /// <summary>Ended by an error.</summary>
    [JsonStringEnumMemberName("failed")]
    Failed,
}

/// <summary>A loss on the way.</summary>
/// <param name="Stage">What was fitted.</param>
/// <param name="Step">Steps of it that were done.</param>
/// <param name="Loss">On validation.</param>
public sealed record TrialLoss(string Stage, int Step, double Loss);

/// <summary>A trial failed, and the others are not concerned.</summary>
public sealed class TrialFailedException : Exception
{
    /// <summary>Says why.</summary>
    public TrialFailedException(string message)
        : base(message)
    {
    }
}
