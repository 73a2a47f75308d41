using OrleansSeg.Model.Federation.Training;

namespace OrleansSeg.Model.Federation.Privacy;

/// <summary>What a round of local steps, each with noise, tells of a customer at most.</summary>
/// <param name="Steps">The steps of the trainer that tells most of one of its customers.</param>
/// <param name="Curve">A bound for the customers of all trainers: they are different customers, so the largest of the trainers' curves.</param>
public sealed record CustomerRounds(PrivateSteps Steps, RenyiCurve Curve)
{
    /// <summary>Counts a round.</summary>
    /// <param name="customers">By trainer, the customers it counted; one that counted none takes no step.</param>
    /// <param name="customersPerStep">Customers that a step draws on average; at least 1.</param>
    /// <param name="noiseMultiplier">Standard deviation of the noise over the clip norm; above 0.</param>
    /// <param name="epochs">Epochs of the round; at least 1.</param>
    /// <param name="delta">The δ by which it is told which trainer tells most.</param>
    public static CustomerRounds Of(IEnumerable<long> customers, double customersPerStep, double noiseMultiplier, int epochs, double delta)
    {
        // Of as many steps the more likely ones tell more at every order, so one of each number is enough.
        var worst = customers.Where(count => count > 0)
            .Select(count => new PrivateSteps(
                SamplingScheme.Poisson,
                CustomerClipping.RateOf(customersPerStep, count),
                noiseMultiplier,
                (long)CustomerClipping.StepsOf(customersPerStep, count) * epochs))
            .GroupBy(steps => steps.Count)
            .Select(group => group.MaxBy(steps => steps.Rate)!)
            .Select(steps => new CustomerRounds(steps, steps.Curve()))
            .ToList();
        return worst.Count == 0
            ? new CustomerRounds(new PrivateSteps(SamplingScheme.Poisson, 0, noiseMultiplier, 0), RenyiCurve.Zero)
            : new CustomerRounds(
                worst.MaxBy(round => round.Curve.At(delta).Epsilon)!.Steps,
                worst.Select(round => round.Curve).Aggregate((one, other) => one.Or(other)));
    }
}
