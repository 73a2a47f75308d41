using OrleansSeg.Federation;
using static System.FormattableString;

namespace OrleansSeg.Cli.Rounds;

/// <summary>Privacy in words: whom noise hides, what was told of them, and what was told without noise.</summary>
internal static class PrivacyWords
{
    /// <summary>What a plan says.</summary>
    public static string Of(FederatedPlan plan)
    {
        var privacy = plan.Privacy;
        var bound = privacy.EpsilonMax > 0 ? Invariant($", epsilon at most {RunWords.Number(privacy.EpsilonMax)} at delta {privacy.Delta}") : Invariant($", delta {privacy.Delta}");
        return privacy.Unit switch
        {
            ProtectedUnit.Customer => Invariant(
                $"customer: noise of {RunWords.Number(privacy.NoiseMultiplier)} times the clip norm {RunWords.Number(privacy.CustomerClipNorm)}, {privacy.CustomersPerStep:N0} customers a step{bound}"),
            ProtectedUnit.Trainer => Invariant(
                $"site-level: noise of {RunWords.Number(privacy.NoiseMultiplier)} times the clip norm {RunWords.Number(plan.UpdateClipNorm)} in the sum of updates{bound}"),
            _ => "no noise",
        };
    }

    /// <summary>What noised steps have told.</summary>
    public static IEnumerable<string> Of(PrivacySpent spent)
    {
        var bound = spent.EpsilonMax > 0 ? Invariant($" of at most {RunWords.Number(spent.EpsilonMax)}") : "";
        yield return Invariant(
            $"Privacy, {Level(spent.Unit)}: epsilon {RunWords.Number(spent.TotalEpsilon)}{bound} at delta {spent.Delta}, of which {RunWords.Number(spent.Epsilon)} in this run: ")
            + Invariant($"{spent.Rounds} {(spent.Rounds == 1 ? "round" : "rounds")}, {spent.Steps:N0} noised steps that draw {spent.SamplingRate:P1} each. ")
            + (spent.IsStopped ? "The budget allowed no further round." : "");
        if (spent.RunsWithoutNoise > 0)
        {
            yield return Invariant($"{spent.RunsWithoutNoise} earlier {(spent.RunsWithoutNoise == 1 ? "run" : "runs")} of the federation trained without this noise: what they told is in no epsilon.");
        }
    }

    /// <summary>What a run has spent, for a column.</summary>
    public static string Short(RunStatus run) =>
        run.Privacy is { } spent ? Invariant($"{Level(spent.Unit)}, ε {RunWords.Number(spent.Epsilon)}") : run.Plan.Privacy.Unit == ProtectedUnit.None ? "no noise" : "nothing spent";

    /// <summary>Rounds of a release.</summary>
    public static string Rounds(PrivacyRelease release) =>
        release.Round is not { } first ? "" : release.LastRound is { } last ? Invariant($"{first} to {last}") : Invariant($"{first}");

    /// <summary>The unit, by the name people know.</summary>
    public static string Level(ProtectedUnit unit) => unit == ProtectedUnit.Trainer ? "site-level" : unit.ToString().ToLowerInvariant();
}
