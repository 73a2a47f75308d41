using System.Globalization;

namespace OrleansSeg.Federation.Runs;

/// <summary>Attempts of a masked round of which too few trainers were left.</summary>
/// <remarks>
/// An attempt is another round to the exchange: its keys and masks are drawn anew, and all that was signed or sealed for an earlier one fits no more. Its
/// trainers are those that the round was begun with. There is none once trainers were asked to take the masks off: some may have answered, and an
/// answer that comes late would open the first sum beside the second one, which differ in those that were missing.
/// </remarks>
internal static class RoundAttempts
{
    /// <summary>Attempts of a round at most.</summary>
    public const int Max = 3;

    /// <summary>What to do with a step that cannot be closed.</summary>
    public static StepDecision Fail(RunState run, string reason) =>
        run.Stage is RoundStage.Keys or RoundStage.Shares or RoundStage.Masking && run.RoundStart is not null && run.Retries.Length + 1 < Max
            ? StepDecision.Retry(reason)
            : StepDecision.Fail(run.Retries.IsEmpty
                ? reason
                : string.Join(' ', run.Retries.Append(reason).Select((why, attempt) => string.Create(CultureInfo.InvariantCulture, $"Round {run.Round}, attempt {attempt + 1}: {why}"))));

    /// <summary>A step as it begins: the first attempt of its round.</summary>
    public static RunState Begun(RunState run) => run with
    {
        Retries = [],
        RoundStart = run.Stage == RoundStage.Keys ? new RoundStart(run.Participants, run.Standings, run.Absences) : null,
    };

    /// <summary>The round under way begins anew.</summary>
    public static RunState Next(RunState run, string reason, DateTimeOffset now) => run with
    {
        Stage = RoundStage.Keys,
        Retries = run.Retries.Add(reason),
        Exchange = null,
        Seen = null,
        StepStartedAt = now,
        RoundBytes = run.RoundBytes + run.Reports.Values.Sum(report => report.Result.Bytes),
        Participants = run.RoundStart!.Participants,
        Standings = run.RoundStart.Standings,
        Absences = run.RoundStart.Absences,
        Reports = run.Reports.Clear(),
        Failures = run.Failures.Clear(),
    };
}
