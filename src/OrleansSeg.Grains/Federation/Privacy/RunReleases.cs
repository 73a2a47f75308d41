using System.Collections.Immutable;
using OrleansSeg.Model.Federation.Privacy;

namespace OrleansSeg.Federation.Privacy;

/// <summary>What each step of a run tells of its data outside the noised steps. It is listed when the step begins, before anything is told.</summary>
internal static class RunReleases
{
    private const string Store = "every silo that reads the model store";
    private const string StoreAndReaders = $"{Store}; their sums, readers of the run's status";
    private const string StoreAndUsers = $"{Store}; what is fitted on their sums, users of the model";

    /// <summary>What a step tells.</summary>
    /// <param name="plan">The run's plan.</param>
    /// <param name="phase">The step's phase.</param>
    /// <param name="round">The round, or the pass over the data.</param>
    /// <param name="trains">Whether it is known that the run trains; before that no more is told than what that hangs on.</param>
    public static IEnumerable<UnaccountedRelease> Of(FederatedPlan plan, RunPhase phase, int round, bool trains) => (phase, round) switch
    {
        (RunPhase.Fitting, 1) => [Participation(), Span],
        (RunPhase.Fitting, _) => trains ? Fitting() : [Drift],
        (RunPhase.Training, _) => Training(plan).Select(release => release with { Round = round }),
        (RunPhase.Evaluating, 1) => Evaluating(),
        _ => [],
    };

    /// <summary>A ledger with more on it.</summary>
    public static ImmutableArray<PrivacyRelease> Add(ImmutableArray<PrivacyRelease> known, IEnumerable<UnaccountedRelease> releases) =>
        [.. releases.Aggregate(ToLedger(known), (ledger, release) => ledger.Add(release)).Releases.Select(release =>
            new PrivacyRelease(release.What, release.Contents, release.SeenBy, release.Round, release.LastRound))];

    /// <summary>The same ledger, as cards hold it.</summary>
    public static ReleaseLedger ToLedger(ImmutableArray<PrivacyRelease> known) => new([.. (known.IsDefault ? [] : known).Select(release =>
        new UnaccountedRelease(release.What, release.Contents, release.SeenBy, release.Round, release.LastRound))]);

    /// <summary>The models that training begins with.</summary>
    /// <param name="bundles">Their bundles; none where the weights are random.</param>
    public static IEnumerable<UnaccountedRelease> Starting(IEnumerable<string> bundles)
    {
        var names = bundles.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).Select(bundle => bundle[..12]).ToList();
        return names.Count == 0
            ? []
            : [new(UnaccountedRelease.StartingWeights, $"training begins with {string.Join(", ", names)}, and what was told to make that is told again", StoreAndUsers)];
    }

    private static UnaccountedRelease Span => new(
        UnaccountedRelease.DataSpan, "by trainer: customers, events, the first and the last day, and until when retention has dropped events", StoreAndReaders);

    private static UnaccountedRelease Drift => new(
        UnaccountedRelease.Drift,
        "by trainer: customers in bins of each feature and by decided segment, when the model in service was made and now; how its forecasts turned out, as of validation",
        StoreAndReaders);

    private static UnaccountedRelease Participation() => new(
        UnaccountedRelease.Participation, "which trainers reported, when and how many bytes; which failed, and why", StoreAndReaders);

    private static IEnumerable<UnaccountedRelease> Fitting()
    {
        yield return new(
            UnaccountedRelease.Normalisation, "by trainer: for each feature, training examples in bins of its value and those without one", StoreAndUsers);
        yield return new(
            UnaccountedRelease.LabelThresholds, "by trainer: training examples in bins of spend, by label; thresholds and labels fitted on them", StoreAndUsers);
        yield return new(UnaccountedRelease.ExampleCounts, "by trainer: customers with a training example, and examples", StoreAndReaders);
    }

    private static IEnumerable<UnaccountedRelease> Training(FederatedPlan plan)
    {
        var whose = plan.SecureAggregation ? "of all trainers together" : "by trainer";
        yield return new(UnaccountedRelease.ExampleCounts, $"{whose}: training examples and local steps", StoreAndReaders);
        yield return new(UnaccountedRelease.TrainingLosses, $"{whose}: mean loss of the round's steps", StoreAndReaders);
        yield return new(
            UnaccountedRelease.ValidationScores,
            plan.SecureAggregation
                ? $"{whose}: of the round's first weights on validation examples, summed loss and counts by bin of the churn probability; the best round is chosen by them"
                : $"{whose}: of the round's first weights on validation examples, summed loss, counts by true and decided segment and by bin of probability; the best round is chosen by them",
            StoreAndReaders);
        if (plan.Privacy.Unit == ProtectedUnit.None || (plan.Privacy.Unit == ProtectedUnit.Trainer && !plan.SecureAggregation))
        {
            yield return new(
                UnaccountedRelease.Updates,
                plan.Privacy.Unit == ProtectedUnit.Trainer
                    ? "by trainer: the clipped change of all weights; noise is added to their sum"
                    : $"{whose}: the change of all weights, and of the control variate where there is one",
                plan.Privacy.Unit == ProtectedUnit.Trainer ? Store : StoreAndUsers);
        }
    }

    private static IEnumerable<UnaccountedRelease> Evaluating()
    {
        yield return new(
            UnaccountedRelease.ValidationScores,
            "by trainer: of the last round's and the finished weights on validation examples, the same as of rounds",
            StoreAndUsers);
        yield return new(UnaccountedRelease.BaselineCounts, "by trainer: training examples by label and by what a rule says of them", Store);
        yield return new(
            UnaccountedRelease.CalibrationSums,
            "by trainer, at most 16 times: loss, gradient and curvature of a recalibration, spend, and counts by true and decided segment on validation examples",
            StoreAndUsers);
        yield return new(
            UnaccountedRelease.GateMetrics,
            "by trainer: of the model, of the one in service and of baselines, summed loss and counts, and of the difference in loss to each its sum and that of its squares, on customers whom no version trains on",
            StoreAndReaders);
    }
}
