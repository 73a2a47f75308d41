using OrleansSeg.Federation;

namespace OrleansSeg.Cli.Rounds;

/// <summary>A plan as it is printed: nothing is left to a default.</summary>
internal sealed record PlanDocument(
    IReadOnlyList<string> Sites,
    int TrainersPerSite,
    int Rounds,
    string Strategy,
    IReadOnlyDictionary<string, double> Settings,
    int LocalEpochs,
    double HorizonDays,
    int Seed,
    int ReportersMin,
    double DeadlineMinSeconds,
    double DeadlineMaxSeconds,
    string Compression,
    string Scope,
    DateTimeOffset? Cutoff,
    bool Promote,
    ConditionDocument? Condition,
    PrivacyDocument Privacy,
    bool SecureAggregation,
    double UpdateClipNorm,
    string LateUpdates,
    string Forgetting,
    bool GateInterval)
{
    public static PlanDocument Of(FederatedPlan plan) => new(
        plan.Sites,
        plan.TrainersPerSite,
        plan.Rounds,
        plan.Strategy,
        plan.StrategySettings,
        plan.LocalEpochs,
        plan.Horizon.TotalDays,
        plan.Seed,
        plan.ReportersNeeded,
        plan.DeadlineMin.TotalSeconds,
        plan.DeadlineMax.TotalSeconds,
        plan.Compression,
        plan.Scope,
        plan.Cutoff,
        plan.Promote,
        ConditionDocument.Of(plan.Condition),
        PrivacyDocument.Of(plan.Privacy),
        plan.SecureAggregation,
        plan.UpdateClipNorm,
        plan.LateUpdates,
        plan.Forgetting,
        plan.GateInterval);
}

/// <summary>When a run is worth its training, as it is printed; null asks nothing.</summary>
internal sealed record ConditionDocument(double? FeatureDrift, double? SegmentDrift, double? CalibrationError, long? MaturedLabels, double? ModelAgeDays)
{
    public static ConditionDocument? Of(RunCondition? condition) => condition is null
        ? null
        : new ConditionDocument(condition.FeatureDrift, condition.SegmentDrift, condition.CalibrationError, condition.MaturedLabels, condition.ModelAge?.TotalDays);
}
