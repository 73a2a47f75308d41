namespace OrleansSeg.Cli.Bench.Chaos;

/// <summary>What a run of faults found, as <c>bench chaos --json</c> prints it.</summary>
/// <param name="Name"><c>chaos</c>.</param>
/// <param name="Store">The store.</param>
/// <param name="Seed">Of the load and of the faults.</param>
/// <param name="Minutes">How long faults and load went on.</param>
/// <param name="Silos">Silos that the cluster had between faults.</param>
/// <param name="Faults">Faults done to it.</param>
/// <param name="EventsAcknowledged">Events whose recording was acknowledged.</param>
/// <param name="EventsUncertain">Events whose recording failed every time: each may be there once or not at all.</param>
/// <param name="EventsLost">Acknowledged events that no history holds.</param>
/// <param name="EventsDuplicated">Events that a history holds more than once, in another's history too, otherwise than sent, or never sent.</param>
/// <param name="Lookups">Look-ups asked for.</param>
/// <param name="LookupFailures">Look-ups not answered within <paramref name="RecoveryMaxMs"/>, or answered as if nothing were known of the customer.</param>
/// <param name="WorstRecoveryMs">Longest time that a look-up took to be answered, while there was somebody to answer.</param>
/// <param name="RecoveryMaxMs">Longest time allowed for that.</param>
/// <param name="RecordsFailed">Attempts to record that failed and were repeated or given up.</param>
/// <param name="Mismatches">Disagreements between customers, registrations and the segment index at the end.</param>
/// <param name="FaultsByKind">Faults of each kind.</param>
/// <param name="History">What was done to the cluster and when, seconds from the start.</param>
/// <param name="Problems">The first things that were not as they must be, in words.</param>
internal sealed record ChaosReport(
    string Name,
    string Store,
    int Seed,
    double Minutes,
    int Silos,
    int Faults,
    long EventsAcknowledged,
    long EventsUncertain,
    long EventsLost,
    long EventsDuplicated,
    long Lookups,
    long LookupFailures,
    long WorstRecoveryMs,
    long RecoveryMaxMs,
    long RecordsFailed,
    long Mismatches,
    IReadOnlyDictionary<string, int> FaultsByKind,
    IReadOnlyList<string> History,
    IReadOnlyList<string> Problems)
{
    /// <summary>Whether everything is as it must be.</summary>
    public bool IsSound() => EventsLost == 0 && EventsDuplicated == 0 && LookupFailures == 0 && Mismatches == 0 && Problems.Count == 0;
}
