using System.Globalization;
using OrleansSeg.Federation;
using static System.FormattableString;

namespace OrleansSeg.Cli.Rounds;

/// <summary>Parts of a run in words and numbers that people read, the same on the screen and in the report.</summary>
internal static class RunWords
{
    private const int Kibi = 1024;

    /// <summary>Where a run stands, such as <c>training, round 2 of 5</c>, and in a masked round what trainers do.</summary>
    public static string Phase(RunStatus run) => run.Phase switch
    {
        RunPhase.Training => Invariant($"training, round {run.Round} of {run.Plan.Rounds}{(run.Retries.IsDefaultOrEmpty ? "" : Invariant($", attempt {run.Retries.Length + 1}"))}{Stage(run.Stage)}"),
        RunPhase.Fitting or RunPhase.Evaluating => Invariant($"{Name(run.Phase)}, pass {run.Round}"),
        var other => Name(other),
    };

    /// <summary>Where a trainer stands in a step, such as <c>sits out</c>.</summary>
    public static string State(TrainerStepState state) => state == TrainerStepState.SittingOut ? "sits out" : state.ToString().ToLowerInvariant();

    /// <summary>For instance <c>3.2 s</c>, <c>4 min 05 s</c> or <c>1 h 02 min</c>.</summary>
    public static string Duration(TimeSpan time) =>
        time.TotalSeconds < 59.95 ? Invariant($"{time.TotalSeconds:0.0} s")
        : time < TimeSpan.FromHours(1) ? Invariant($"{time.Minutes} min {time.Seconds:00} s")
        : Invariant($"{(long)time.TotalHours} h {time.Minutes:00} min");

    /// <summary>For instance <c>812 B</c> or <c>1.2 MiB</c>.</summary>
    public static string Bytes(long bytes) =>
        bytes < Kibi ? Invariant($"{bytes} B") : bytes < Kibi * Kibi ? Invariant($"{bytes / (double)Kibi:0.0} KiB") : Invariant($"{bytes / (double)(Kibi * Kibi):0.0} MiB");

    /// <summary>Four digits behind the point where they say something; a dash for what is no finite number.</summary>
    public static string Number(double value) => !double.IsFinite(value) ? "–" : value.ToString(
        Math.Abs(value) switch { 0 => "0", < 0.001 => "0.##E+0", < 1000 => "0.####", < 1_000_000 => "#,0.#", _ => "0.###E+0" }, CultureInfo.InvariantCulture);

    /// <summary>A metric in a column of a table: as <see cref="Number"/>, with as many digits in each row.</summary>
    public static string Metric(double value) => Math.Abs(value) is >= 0.001 and < 1000 && !double.IsInteger(value) ? value.ToString("0.0000", CultureInfo.InvariantCulture) : Number(value);

    /// <summary>An instant, to the second, in UTC.</summary>
    public static string Instant(DateTimeOffset instant) => instant.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    /// <summary>What a plan says, by name, in the order people ask.</summary>
    public static IEnumerable<(string Name, string Value)> Of(FederatedPlan plan)
    {
        var trainers = plan.Trainers.Length;
        yield return ("sites", string.Join(", ", plan.Sites));
        yield return ("trainers", Invariant($"{plan.TrainersPerSite} a site, {trainers} in all"));
        yield return ("rounds", Invariant($"{plan.Rounds} with {plan.LocalEpochs} local {(plan.LocalEpochs == 1 ? "epoch" : "epochs")} each"));
        yield return ("strategy", string.Join(", ", plan.StrategySettings.Select(setting => Invariant($"{setting.Key} {setting.Value}")).Prepend(plan.Strategy)));
        yield return ("compression", plan.Compression);
        yield return ("scope", plan.Scope);
        yield return ("updates", (plan.SecureAggregation ? "masked, only their sum is read" : "read one by one") + (plan.UpdateClipNorm > 0 ? Invariant($"; shortened to a norm of {plan.UpdateClipNorm}") : ""));
        yield return ("privacy", PrivacyWords.Of(plan));
        yield return ("reports needed", Invariant($"{plan.ReportersNeeded} of {trainers} a round"));
        yield return ("deadline", $"by what rounds took, from {Duration(plan.DeadlineMin)} to {Duration(plan.DeadlineMax)}");
        yield return ("late updates", plan.LateUpdates == "keep" ? "count in the round that they come in, for less the later they are" : "are dropped");
        yield return ("horizon", Invariant($"{plan.Horizon.TotalDays} days"));
        yield return ("cutoff", plan.Cutoff is { } cutoff ? Instant(cutoff) : "the run's start");
        yield return ("seed", plan.Seed.ToString(CultureInfo.InvariantCulture));
        if (plan.Condition is { } condition)
        {
            yield return ("trains if", string.Join(" or ", Of(condition)));
        }

        yield return ("erased customers", plan.Forgetting == FederatedPlan.Restart
            ? "training restarts from what cannot know them"
            : "what models learned from them stays, and is marked");
        yield return ("better is", plan.GateInterval ? "a smaller log loss on the holdout, beyond chance (95 %)" : "a smaller log loss on the holdout");
        yield return ("a better model", plan.Promote ? "goes into service" : "is kept as a candidate");
    }

    /// <summary>What the run went on from and how often it began anew, a sentence each; none for a run that is not opened.</summary>
    public static IEnumerable<string> Beginnings(RunStatus run)
    {
        if (run.Origin is { } origin)
        {
            yield return (origin.Versions.IsEmpty
                ? "Training began with new weights"
                : $"Training went on from {string.Join(", ", origin.Versions.Select(version => Invariant($"{version.Key} version {version.Value}")))}")
                + (origin.Because is { } because ? $", because {because}" : ".");
        }

        foreach (var restart in run.Restarts)
        {
            yield return Invariant($"It began anew at {Instant(restart.At)}, in {Name(restart.Phase)}{(restart.Round > 0 ? Invariant($" round {restart.Round}") : "")}. {restart.Because}");
        }
    }

    private static IEnumerable<string> Of(RunCondition condition) => new[]
    {
        condition.FeatureDrift is { } features ? Invariant($"a feature drifts by {features}") : null,
        condition.SegmentDrift is { } segments ? Invariant($"segment shares drift by {segments}") : null,
        condition.CalibrationError is { } error ? Invariant($"forecasts are off by {error}") : null,
        condition.MaturedLabels is { } labels ? Invariant($"{labels:N0} labels have matured") : null,
        condition.ModelAge is { } age ? Invariant($"the model is {age.TotalDays} days behind") : null,
    }.OfType<string>();

    private static string Stage(RoundStage stage) => stage switch
    {
        RoundStage.Keys => ": keys are advertised",
        RoundStage.Shares => ": secrets are shared",
        RoundStage.Masking => ": masked updates are made",
        RoundStage.Unmasking => ": the sum is unmasked",
        _ => "",
    };

    private static string Name(RunPhase phase) => phase.ToString().ToLowerInvariant();
}
