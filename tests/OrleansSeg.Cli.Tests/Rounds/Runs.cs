using System.Collections.Immutable;
using OrleansSeg.Federation;

namespace OrleansSeg.Cli.Tests.Rounds;

/// <summary>Runs made by hand.</summary>
internal static class Runs
{
    public static readonly DateTimeOffset Start = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    public static readonly FederatedPlan Plan = new() { Sites = ["north", "south"], TrainersPerSite = 2, Rounds = 3, Seed = 1 };

    /// <summary>A run in its second round: one trainer has reported, one is tried again and one has failed.</summary>
    public static RunStatus UnderWay { get; } = new(
        7,
        Plan,
        RunPhase.Training,
        2,
        Start,
        Start.AddSeconds(-10),
        null,
        [Round(1, Plan.Trainers.ToArray())],
        [
            new("north:0", TrainerStepState.Reported, null),
            new("north:1", TrainerStepState.Working, "The store was away."),
            new("south:0", TrainerStepState.Failed, "Too few customers."),
            new("south:1", TrainerStepState.Silent, null),
        ],
        null,
        ImmutableSortedDictionary<string, int>.Empty);

    /// <summary>The same run when it has ended well; a trainer was missing in its second round.</summary>
    public static RunStatus Ended { get; } = UnderWay with
    {
        Phase = RunPhase.Done,
        Round = 0,
        EndedAt = Start.AddMinutes(4),
        Rounds =
        [
            Round(1, Plan.Trainers.ToArray()), Round(2, "north:0", "north:1", "south:1") with { Missing = ImmutableSortedDictionary<string, string>.Empty.Add("south:0", "Too few customers.") },
            Round(3, Plan.Trainers.ToArray()) with { Late = ImmutableSortedDictionary<string, int>.Empty.Add("south:0", 2) },
        ],
        Trainers = [],
        Outcome = "Better than the model in service.",
        Gate = new GateFigures(
            "the model in service", 500, 0.75, 1, -0.375, -0.125, [new SiteGateFigures("north", 300, 0.5, 1), new SiteGateFigures("south", 200, double.NaN, 1)]),
        Versions = ImmutableSortedDictionary<string, int>.Empty.Add("north", 4).Add("south", 2),
    };

    /// <summary>The same with noise, which spent its budget.</summary>
    public static RunStatus Noised { get; } = Ended with
    {
        Plan = Plan with { Privacy = new() { Unit = ProtectedUnit.Customer, NoiseMultiplier = 1, EpsilonMax = 3 } },
        Privacy = new()
        {
            Unit = ProtectedUnit.Customer, Epsilon = 1.25, TotalEpsilon = 2.5, Delta = 1e-5, EpsilonMax = 3, Rounds = 2, Steps = 40, SamplingRate = 0.1, RunsWithoutNoise = 1, IsStopped = true,
        },
        Releases = [new("training losses", "by trainer: mean loss", "silos", 1, 2), new("data span", "by trainer: days", "silos")],
    };

    /// <summary>The same, of a federation that forgets: it passed over a tainted model, and began anew.</summary>
    public static RunStatus Forgetting { get; } = Ended with
    {
        Plan = Plan with { Forgetting = FederatedPlan.Restart },
        Origin = new(ImmutableSortedDictionary<string, int>.Empty.Add("north", 2).Add("south", 1), "version 3 of north, in service, may have learned from 2 customers erased since."),
        Restarts = [new(Start.AddMinutes(1), RunPhase.Training, 2, "Erased since the run had begun to read them: 1 customer of south.")],
    };

    public static RoundStatus Round(int round, params string[] reporters) => new(
        round,
        new string((char)('a' + round), 64),
        [.. reporters],
        TimeSpan.FromSeconds(3.5 * round),
        1_500 * reporters.Length,
        ImmutableSortedDictionary<string, double>.Empty.Add("logLoss", 1 - (0.05 * round)).Add("trainLoss", 1.5 / round));
}
