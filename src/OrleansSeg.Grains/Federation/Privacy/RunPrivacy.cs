using System.Collections.Immutable;
using System.Globalization;
using OrleansSeg.Federation.Runs;
using OrleansSeg.Model.Bundles;
using OrleansSeg.Model.Federation.Privacy;

namespace OrleansSeg.Federation.Privacy;

/// <summary>What a run's noised rounds tell of one unit at most; stored with the run, before each round begins.</summary>
/// <remarks>
/// A round costs what it tells of the unit of which it tells most, whoever takes part in it: customers of different trainers are different
/// customers, so the largest of the trainers' curves bounds each of them.
/// </remarks>
[GenerateSerializer, Immutable, Alias("seg.run-privacy")]
internal sealed record RunPrivacy
{
    /// <summary>What a round tells, as a <see cref="RenyiCurve"/>.</summary>
    [Id(0)]
    public required ImmutableArray<double> Round { get; init; }

    /// <summary>Noised steps of a round, of the trainer whose customers are told most of.</summary>
    [Id(1)]
    public required int Steps { get; init; }

    /// <summary>The chance with which such a step draws a unit.</summary>
    [Id(2)]
    public required double SamplingRate { get; init; }

    /// <summary>Whether a round was not begun for the budget's sake.</summary>
    [Id(3)]
    public bool IsStopped { get; init; }

    /// <summary>What the rounds of a plan will cost.</summary>
    /// <param name="plan">A plan that asks for noise.</param>
    /// <param name="customers">For the unit customer: how many each trainer counted; those that counted none take no steps.</param>
    public static RunPrivacy Of(FederatedPlan plan, IReadOnlyDictionary<string, long> customers)
    {
        var privacy = plan.Privacy;
        if (privacy.Unit == ProtectedUnit.Trainer)
        {
            // A site's trainers all change when the site goes: their sum moves by so many norms.
            var whole = new PrivateSteps(SamplingScheme.Poisson, 1, privacy.NoiseMultiplier / plan.TrainersPerSite, 1);
            return new RunPrivacy { Round = whole.Curve().Values, Steps = 1, SamplingRate = 1 };
        }

        var round = CustomerRounds.Of(customers.Values, privacy.CustomersPerStep, privacy.NoiseMultiplier, plan.LocalEpochs, privacy.Delta);
        return new RunPrivacy { Round = round.Curve.Values, Steps = checked((int)round.Steps.Count), SamplingRate = round.Steps.Rate };
    }

    /// <summary>What so many rounds tell.</summary>
    public RenyiCurve Spent(int rounds) => new RenyiCurve(Round).Times(rounds);

    /// <summary>The budget of a run and its federation, with the rounds that have begun.</summary>
    public static PrivacyBudget BudgetOf(RunState run)
    {
        var privacy = run.Plan.Privacy;
        var spent = run.Earlier.Of(privacy.Unit).And(run.Privacy?.Spent(run.RoundsBegun) ?? RenyiCurve.Zero);
        return PrivacyBudget.Start(privacy.EpsilonMax > 0 ? privacy.EpsilonMax : double.PositiveInfinity, privacy.Delta) with { Spent = spent };
    }

    /// <summary>Why a run may not begin a round more; null where it may.</summary>
    public static string? Refusal(RunState run)
    {
        if (run.Privacy is not { } known || BudgetOf(run) is var budget && budget.Allows(new RenyiCurve(known.Round)))
        {
            return null;
        }

        return string.Create(
            CultureInfo.InvariantCulture,
            $"The privacy budget allows no round {run.RoundsBegun + 1}: {new PrivacyBudgetSpentException(budget, new RenyiCurve(known.Round)).Message}");
    }

    /// <summary>A run's outcome, with a word on the budget where it stopped training.</summary>
    public static string Tell(RunState run, string outcome) => run.Privacy is { IsStopped: true }
        ? string.Create(CultureInfo.InvariantCulture, $"{outcome} Training stopped after round {run.RoundsBegun} of {run.Plan.Rounds}: the privacy budget allowed no more.")
        : outcome;

    /// <summary>What the card of a run's model says.</summary>
    public static ModelPrivacy CardOf(RunState run)
    {
        var (spent, privacy) = (StatusOf(run), run.Plan.Privacy);
        return new ModelPrivacy(
            UnitOf(privacy.Unit), spent?.Epsilon, spent?.TotalEpsilon, spent?.Delta, privacy.NoiseMultiplier, spent?.Steps ?? 0, spent?.SamplingRate ?? 0,
            spent?.RunsWithoutNoise ?? 0, RunReleases.ToLedger(run.Releases).Releases);
    }

    /// <summary>The unit by the model's name for it.</summary>
    public static PrivacyUnit UnitOf(ProtectedUnit unit) => unit switch
    {
        ProtectedUnit.Customer => PrivacyUnit.Customer,
        ProtectedUnit.Trainer => PrivacyUnit.Trainer,
        _ => PrivacyUnit.None,
    };

    /// <summary>What people are told of it; null for a run without noise, and before its first round.</summary>
    public static PrivacySpent? StatusOf(RunState run)
    {
        if (run.Privacy is not { } known)
        {
            return null;
        }

        var privacy = run.Plan.Privacy;
        return new PrivacySpent
        {
            Unit = privacy.Unit,
            Epsilon = known.Spent(run.RoundsBegun).At(privacy.Delta).Epsilon,
            TotalEpsilon = BudgetOf(run).Loss().Epsilon,
            Delta = privacy.Delta,
            EpsilonMax = privacy.EpsilonMax,
            Rounds = run.RoundsBegun,
            Steps = (long)known.Steps * run.RoundsBegun,
            SamplingRate = known.SamplingRate,
            RunsWithoutNoise = run.Earlier.WithoutNoise(privacy.Unit),
            IsStopped = known.IsStopped,
        };
    }
}
