using System.Globalization;
using OrleansSeg.Federation;

namespace OrleansSeg.Cli.Rounds;

/// <summary>What follows from a run's status.</summary>
internal static class RunFacts
{
    /// <summary>Whether it is over.</summary>
    public static bool HasEnded(this RunStatus run) => run.Phase is RunPhase.Done or RunPhase.Failed or RunPhase.Cancelled;

    /// <summary>Names of everything that was measured in any round, in ordinal order.</summary>
    public static IReadOnlyList<string> MetricNames(this RunStatus run) =>
        [.. run.Rounds.SelectMany(round => round.Metrics.Keys).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];

    /// <summary>Trainers whose updates are not in a round, in ordinal order.</summary>
    public static IEnumerable<string> MissingIn(FederatedPlan plan, RoundStatus round) => plan.Trainers.Except(round.Reporters, StringComparer.Ordinal);

    /// <summary>Trainers whose updates came late, each with the round it was trained in; empty for none.</summary>
    public static string LateIn(RoundStatus round) => string.Join(
        ", ", round.Late.Select(late => string.Create(CultureInfo.InvariantCulture, $"{late.Key} of round {late.Value}")));

    /// <summary>A trainer's site, and its number there; an id of another form is all site.</summary>
    public static (string Site, string Number) Split(string trainer)
    {
        var colon = trainer.LastIndexOf(':');
        return colon < 0 ? (trainer, "") : (trainer[..colon], trainer[(colon + 1)..]);
    }
}
