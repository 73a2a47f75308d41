using System.Collections.Immutable;
using OrleansSeg.Events;
using OrleansSeg.Federation.Work;
using OrleansSeg.Model.Federation.Aggregation;
using OrleansSeg.Model.Federation.Compression;
using OrleansSeg.Model.Federation.Rounds;
using OrleansSeg.Model.Federation.Training;
using static System.FormattableString;

namespace OrleansSeg.Federation.Runs;

/// <summary>Holds a plan against its bounds.</summary>
public static class PlanCheck
{
    private const int SitesMax = 64;
    private const int TrainersMax = 256;

    /// <summary>Refuses a plan that breaks a bound.</summary>
    /// <exception cref="ArgumentException">It does; the message names every bound.</exception>
    public static void Check(FederatedPlan plan)
    {
        var problems = Problems(plan).ToList();
        if (problems.Count > 0)
        {
            throw new ArgumentException(string.Join(" ", problems), nameof(plan));
        }
    }

    /// <summary>Every bound that a plan breaks, each as a sentence that begins with the field's name; none when it is sound.</summary>
    public static IEnumerable<string> Problems(FederatedPlan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        var sites = plan.Sites.IsDefault ? [] : plan.Sites;
        if (sites.Length is < 1 or > SitesMax || sites.Distinct(StringComparer.Ordinal).Count() != sites.Length)
        {
            yield return $"Sites: 1 to {SitesMax} are needed, each once.";
        }

        foreach (var site in sites.Where(site => !CustomerKey.IsSite(site)))
        {
            yield return $"Sites: '{site}' is not a site: 1 to 32 characters of a-z, 0-9 and '-' are needed.";
        }

        var trainers = (long)sites.Length * plan.TrainersPerSite;
        if (plan.TrainersPerSite is < 1 or > 64 || trainers > TrainersMax)
        {
            yield return $"TrainersPerSite is {plan.TrainersPerSite}: 1 to 64, and at most {TrainersMax} of all sites together.";
        }

        if (plan.Rounds is < 1 or > 100)
        {
            yield return $"Rounds is {plan.Rounds}: 1 to 100.";
        }

        if (plan.LocalEpochs is < 1 or > 50)
        {
            yield return $"LocalEpochs is {plan.LocalEpochs}: 1 to 50.";
        }

        if (plan.Horizon < TimeSpan.FromDays(1) || plan.Horizon > TimeSpan.FromDays(730))
        {
            yield return $"Horizon is {plan.Horizon}: 1 to 730 days.";
        }

        if (plan.ReportersMin < 0 || plan.ReportersMin > trainers)
        {
            yield return $"ReportersMin is {plan.ReportersMin}: 0 to the number of trainers, {trainers}.";
        }

        if (plan.DeadlineMin < TimeSpan.FromSeconds(1) || plan.DeadlineMin > TimeSpan.FromHours(1))
        {
            yield return $"DeadlineMin is {plan.DeadlineMin}: 1 s to 1 h.";
        }

        if (plan.DeadlineMax < TimeSpan.FromSeconds(10) || plan.DeadlineMax > TimeSpan.FromDays(1) || plan.DeadlineMax < plan.DeadlineMin)
        {
            yield return $"DeadlineMax is {plan.DeadlineMax}: 10 s to 1 day, and not below DeadlineMin.";
        }

        foreach (var problem in StrategyProblems(plan).Concat(ConditionProblems(plan.Condition)))
        {
            yield return problem;
        }

        if (!UpdateCompressors.Names.Contains(plan.Compression))
        {
            yield return $"Compression is '{plan.Compression}': one of {string.Join(", ", UpdateCompressors.Names)}.";
        }

        if (!SharedScope.ByName.ContainsKey(plan.Scope))
        {
            yield return $"Scope is '{plan.Scope}': one of {string.Join(", ", SharedScope.ByName.Keys)}.";
        }

        if (plan.Forgetting is not (FederatedPlan.Keep or FederatedPlan.Restart))
        {
            yield return $"Forgetting is '{plan.Forgetting}': one of {FederatedPlan.Keep}, {FederatedPlan.Restart}.";
        }

        foreach (var problem in LateProblems(plan).Concat(PlanPrivacy.Problems(plan, trainers)))
        {
            yield return problem;
        }
    }

    private static IEnumerable<string> LateProblems(FederatedPlan plan) => LateUpdatePolicy.ByName.TryGetValue(plan.LateUpdates, out var policy)
        ? policy.Faults(plan.Strategy, plan.Scope).Select(fault => $"LateUpdates '{plan.LateUpdates}' does not go with {fault}")
        : [$"LateUpdates is '{plan.LateUpdates}': one of {string.Join(", ", LateUpdatePolicy.ByName.Keys)}."];

    private static IEnumerable<string> ConditionProblems(RunCondition? condition)
    {
        if (condition is null)
        {
            yield break;
        }

        if (condition == new RunCondition())
        {
            yield return "Condition asks nothing: one of its bounds is needed.";
        }

        foreach (var (name, bound) in new[] { (nameof(condition.FeatureDrift), condition.FeatureDrift), (nameof(condition.SegmentDrift), condition.SegmentDrift) })
        {
            if (bound is not (null or (> 0 and <= double.MaxValue)))
            {
                yield return Invariant($"Condition.{name} is {bound}: a finite number above 0.");
            }
        }

        if (condition.CalibrationError is not (null or (> 0 and < 1)))
        {
            yield return Invariant($"Condition.CalibrationError is {condition.CalibrationError}: above 0 and below 1.");
        }

        if (condition.MaturedLabels < 1)
        {
            yield return Invariant($"Condition.MaturedLabels is {condition.MaturedLabels}: at least 1.");
        }

        if (condition.ModelAge < TimeSpan.FromDays(1))
        {
            yield return Invariant($"Condition.ModelAge is {condition.ModelAge}: at least 1 day.");
        }
    }

    private static IEnumerable<string> StrategyProblems(FederatedPlan plan) => !AggregationStrategies.Names.Contains(plan.Strategy)
        ? [$"Strategy is '{plan.Strategy}': one of {string.Join(", ", AggregationStrategies.Names)}."]
        : plan.StrategySettings.Select(setting => SettingProblem(plan.Strategy, setting)).OfType<string>();

    /// <summary>Each setting by itself, so that all that are wrong are named.</summary>
    private static string? SettingProblem(string strategy, KeyValuePair<string, double> setting)
    {
        try
        {
            Strategies.Of(new FederatedPlan { Strategy = strategy, StrategySettings = ImmutableSortedDictionary<string, double>.Empty.Add(setting.Key, setting.Value) });
            return null;
        }
        catch (ArgumentException exception)
        {
            // The sentence ends where the runtime adds the name of its parameter.
            return $"StrategySettings: {setting.Key} is {setting.Value}. {exception.Message.Split(" (Parameter ")[0]}";
        }
    }
}
