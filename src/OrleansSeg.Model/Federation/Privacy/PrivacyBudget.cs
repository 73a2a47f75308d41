using System.Collections.Immutable;

namespace OrleansSeg.Model.Federation.Privacy;

/// <summary>How much may be told of a unit, and the steps that told some of it. Immutable; stored with the run.</summary>
/// <param name="Epsilon">The ε that is never exceeded; above 0.</param>
/// <param name="Delta">The δ at which it holds: below one over the number of units.</param>
/// <param name="Spent">Steps taken, in the order of their taking; like ones that follow each other are one entry.</param>
/// <remarks>
/// One budget is for one set of units. Trainers with customers as unit have disjoint units, so each may have a budget of its own, and the
/// run's ε is the largest of theirs (parallel composition); a unit that trains in two runs has both runs' steps in its budget.
/// </remarks>
public sealed record PrivacyBudget(double Epsilon, double Delta, ImmutableArray<PrivateSteps> Spent)
{
    /// <summary>A budget of which nothing is spent.</summary>
    /// <exception cref="ArgumentOutOfRangeException">ε is not above 0, or δ not between 0 and 1.</exception>
    public static PrivacyBudget Start(double epsilon, double delta)
    {
        if (!(epsilon > 0) || !(delta > 0 && delta < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(epsilon), (epsilon, delta), "Epsilon is above 0, delta above 0 and below 1.");
        }

        return new PrivacyBudget(epsilon, delta, []);
    }

    /// <summary>What is told so far.</summary>
    public PrivacyLoss Loss() => Curve(Spent).At(Delta);

    /// <summary>Whether these steps are within the budget.</summary>
    public bool Allows(PrivateSteps steps)
    {
        ArgumentNullException.ThrowIfNull(steps);
        return Curve(Spent.Add(steps)).At(Delta).Epsilon <= Epsilon;
    }

    /// <summary>The budget after these steps. Store it before they are taken: what is not paid must not be released.</summary>
    /// <exception cref="PrivacyBudgetSpentException">They would exceed the budget; nothing is spent.</exception>
    public PrivacyBudget Spend(PrivateSteps steps)
    {
        if (!Allows(steps))
        {
            throw new PrivacyBudgetSpentException(this, steps);
        }

        return this with
        {
            Spent = Spent is [.., var last] && last with { Count = steps.Count } == steps
                ? Spent.SetItem(Spent.Length - 1, last with { Count = checked(last.Count + steps.Count) })
                : Spent.Add(steps),
        };
    }

    /// <summary>The smallest noise multiplier from 0.2, to four digits and rounded up, so that that many steps stay within an ε.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A value is outside its bounds, or no multiplier up to a million is enough.</exception>
    public static double NoiseMultiplierFor(double epsilon, double delta, SamplingScheme sampling, double rate, long count)
    {
        var target = Start(epsilon, delta);
        var (low, high) = (0.2, 0.2);
        while (!target.Allows(new PrivateSteps(sampling, rate, high, count)))
        {
            (low, high) = (high, high * 2);
            if (high > 1e6)
            {
                throw new ArgumentOutOfRangeException(
                    nameof(epsilon), epsilon, $"No noise keeps {count} steps within it at a delta of {delta}.");
            }
        }

        while (high - low > 1e-4 * high)
        {
            var middle = (low + high) / 2;
            (low, high) = target.Allows(new PrivateSteps(sampling, rate, middle, count)) ? (low, middle) : (middle, high);
        }

        return high;
    }

    private static RenyiCurve Curve(ImmutableArray<PrivateSteps> spent) =>
        spent.Aggregate(RenyiCurve.Zero, (curve, steps) => curve.And(steps.Curve()));
}

/// <summary>The next steps would tell more of a unit than its budget allows. Training stops; no retry helps.</summary>
/// <param name="budget">The budget.</param>
/// <param name="refused">The steps.</param>
public sealed class PrivacyBudgetSpentException(PrivacyBudget budget, PrivateSteps refused) : Exception(
    $"{refused.Count} more steps at a noise multiplier of {refused.NoiseMultiplier} would exceed epsilon {budget.Epsilon} at delta "
    + $"{budget.Delta}; {budget.Loss().Epsilon:0.###} is spent.")
{
    /// <summary>The budget as it was and is.</summary>
    public PrivacyBudget Budget { get; } = budget;
}
