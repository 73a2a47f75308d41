using System.Collections.Immutable;
using System.Globalization;
using OrleansSeg.Federation.Privacy;
using OrleansSeg.Federation.Runs;
using OrleansSeg.Model.Federation.Fitting;
using OrleansSeg.Model.Federation.Training;

namespace OrleansSeg.Federation.Work;

/// <summary>What is known once trainers have counted: by which numbers customers are drawn, and what a round costs.</summary>
/// <param name="Privacy">Null where there is no noise.</param>
/// <param name="Customers">Where noise hides customers: those that each trainer counted.</param>
internal sealed record NoisePlan(RunPrivacy? Privacy, ImmutableSortedDictionary<string, long> Customers)
{
    /// <summary>Reads it off the counts.</summary>
    /// <exception cref="ArgumentException">A trainer has more examples than it keeps: which ones it keeps would tell who is there.</exception>
    public static NoisePlan Of(RunState run, DataPlan data, IEnumerable<(string Trainer, FitStatistics Statistics)> counted)
    {
        var unit = run.Plan.Privacy.Unit;
        if (unit != ProtectedUnit.Customer)
        {
            var none = ImmutableSortedDictionary<string, long>.Empty;
            return new NoisePlan(unit == ProtectedUnit.None ? null : RunPrivacy.Of(run.Plan, none), none);
        }

        var parts = counted.ToImmutableSortedDictionary(part => part.Trainer, part => part.Statistics, StringComparer.Ordinal);
        foreach (var (trainer, statistics) in parts.Where(part => part.Value.Examples > data.TrainingExamplesMax))
        {
            throw new ArgumentException(string.Create(
                CultureInfo.InvariantCulture,
                $"Trainer {trainer} has {statistics.Examples:N0} examples and keeps {data.TrainingExamplesMax:N0}: which ones would hang on who is there, and no noise hides that. More trainers per site have fewer each."));
        }

        var customers = parts.ToImmutableSortedDictionary(part => part.Key, part => part.Value.Customers, StringComparer.Ordinal);
        return new NoisePlan(RunPrivacy.Of(run.Plan, customers), customers);
    }
}
