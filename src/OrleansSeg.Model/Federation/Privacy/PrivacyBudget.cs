using System.Globalization;

namespace OrleansSeg.Model.Federation.Privacy;

/// <summary>How much may be told of a unit, and what was told so far. Immutable.</summary>
/// <param name="Epsilon">The ε that is never exceeded; above 0, infinite for no bound.</param>
/// <param name="Delta">The δ at which it holds: below one over the number of units.</param>
/// <param name="Spent">What was told, all steps together.</param>
/// <remarks>
/// One budget is for one set of units. Trainers with customers as unit have disjoint units, so the run's loss is the largest of theirs
/// (parallel composition): one budget serves them all where each step is paid at the largest of their curves. A unit that trains in two
/// runs has both runs' steps in its budget.
/// </remarks>
public sealed record PrivacyBudget(double Epsilon, double Delta, RenyiCurve Spent)
{
    /// <summary>A budget of which nothing is spent.</summary>
    /// <exception cref="ArgumentOutOfRangeException">ε is not above 0, or δ not between 0 and 1.</exception>
    public static PrivacyBudget Start(double epsilon, double delta)
    {
        if (!(epsilon > 0) || !(delta > 0 && delta < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(epsilon), (epsilon, delta), "Epsilon is above 0, delta above 0 and below 1.");
        }

        return new PrivacyBudget(epsilon, delta, RenyiCurve.Zero);
    }

    /// <summary>What is told so far.</summary>
    public PrivacyLoss Loss() => Spent.At(Delta);

    /// <summary>Whether what comes next is within the budget.</summary>
    public bool Allows(RenyiCurve next) => Spent.And(next).At(Delta).Epsilon <= Epsilon;

    /// <summary>The budget after what comes next. Store it before it is told: what is not paid must not be released.</summary>
    /// <exception cref="PrivacyBudgetSpentException">It would exceed the budget; nothing is spent.</exception>
    public PrivacyBudget Spend(RenyiCurve next) => Allows(next) ? this with { Spent = Spent.And(next) } : throw new PrivacyBudgetSpentException(this, next);

    /// <summary>The smallest noise multiplier from 0.2, to four digits and rounded up, so that that many steps stay within an ε.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A value is outside its bounds, or no multiplier up to a million is enough.</exception>
    public static double NoiseMultiplierFor(double epsilon, double delta, SamplingScheme sampling, double rate, long count)
    {
        var target = Start(epsilon, delta);
        var (low, high) = (0.2, 0.2);
        while (!target.Allows(new PrivateSteps(sampling, rate, high, count).Curve()))
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
            (low, high) = target.Allows(new PrivateSteps(sampling, rate, middle, count).Curve()) ? (low, middle) : (middle, high);
        }

        return high;
    }
}

/// <summary>What comes next would tell more of a unit than its budget allows. Training stops; no retry helps.</summary>
/// <param name="budget">The budget.</param>
/// <param name="refused">What was refused.</param>
public sealed class PrivacyBudgetSpentException(PrivacyBudget budget, RenyiCurve refused) : Exception(string.Create(
    CultureInfo.InvariantCulture,
    $"{budget.Loss().Epsilon:0.###} of epsilon {budget.Epsilon:0.###} at delta {budget.Delta} is spent, and the next steps would make it {budget.Spent.And(refused).At(budget.Delta).Epsilon:0.###}."))
{
    /// <summary>The budget as it was and is.</summary>
    public PrivacyBudget Budget { get; } = budget;
}
