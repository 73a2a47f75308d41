using OrleansSeg.Model.Evaluation;
using OrleansSeg.Model.Inference;
using OrleansSeg.Model.Training;

namespace OrleansSeg.Model.Federation.Privacy;

/// <summary>Asks of a model whether an example was trained on: the smaller its loss, the likelier.</summary>
/// <remarks>
/// Yeom, Giacomelli, Fredrikson, Jha 2018, "Privacy risk in machine learning: analyzing the connection to overfitting", arXiv:1709.01604,
/// adversary 2 with a threshold at the mean loss of training, which the attacker is taken to know. It is a weak attack: an interval
/// around 0 does not prove privacy, but one above 0 proves a leak. Members and others must be alike but for training: of the same
/// time, and the same kind of customers.
/// </remarks>
public static class MembershipInference
{
    private const double ProbabilityMin = 1e-7;

    /// <summary>Losses of whole customers, each the mean of the log losses of its examples, in nats: what an attack on customers goes by.</summary>
    /// <param name="model">The model.</param>
    /// <param name="examples">Customers' examples, in any order.</param>
    public static IReadOnlyList<double> LossesOf(SegmentModel model, ExampleSet examples)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(examples);
        var forecasts = model.Forecast([.. examples.Examples.Select(example => example.Input)]);
        return [.. examples.Examples
            .Zip(forecasts, (example, forecast) => (example.CustomerId, Loss: -Math.Log(Math.Max(forecast.Probabilities[example.Label], ProbabilityMin))))
            .GroupBy(one => one.CustomerId, StringComparer.Ordinal)
            .Select(customer => customer.Average(one => one.Loss))];
    }

    /// <summary>Attacks a model by its losses.</summary>
    /// <param name="memberLosses">Losses on examples that it was trained on; at least one.</param>
    /// <param name="otherLosses">Losses on examples that it was not; at least one.</param>
    /// <param name="resamples">Bootstrap resamples; members and others are drawn apart. 1,000 take a second for 10,000 losses.</param>
    /// <param name="random">Draws the resamples; seeded, for the same interval again.</param>
    /// <exception cref="ArgumentException">There are no losses of one kind, or one is NaN.</exception>
    public static MembershipReport Attack(
        IReadOnlyList<double> memberLosses, IReadOnlyList<double> otherLosses, int resamples, Random random)
    {
        ArgumentNullException.ThrowIfNull(memberLosses);
        ArgumentNullException.ThrowIfNull(otherLosses);
        ArgumentNullException.ThrowIfNull(random);
        ArgumentOutOfRangeException.ThrowIfNegative(resamples);
        if (memberLosses.Count == 0 || otherLosses.Count == 0 || memberLosses.Concat(otherLosses).Any(double.IsNaN))
        {
            throw new ArgumentException("An attack needs losses of members and of others, none of them NaN.", nameof(memberLosses));
        }

        var (members, others) = (memberLosses.Count, otherLosses.Count);
        double[] losses = [.. memberLosses, .. otherLosses];
        bool[] isMember = [.. Enumerable.Repeat(true, members), .. Enumerable.Repeat(false, others)];
        int[] order = [.. Enumerable.Range(0, losses.Length)];
        var sorted = losses.Select(loss => -loss).ToArray();
        Array.Sort(sorted, order);

        var once = Enumerable.Repeat(1, losses.Length).ToArray();
        var (aurocs, advantages) = (new double[resamples], new double[resamples]);
        for (var i = 0; i < resamples; i++)
        {
            int[] weights = [.. Bootstrap.Weights(members, random), .. Bootstrap.Weights(others, random)];
            aurocs[i] = RankingMetrics.AurocInOrder(sorted, order, isMember, weights);
            advantages[i] = Advantage(losses, weights, members);
        }

        return new MembershipReport(
            members,
            others,
            RankingMetrics.AurocInOrder(sorted, order, isMember, once),
            Bootstrap.Interval(aurocs),
            Advantage(losses, once, members),
            Bootstrap.Interval(advantages));
    }

    /// <summary>Share of members at or below the members' mean loss, less the share of others there.</summary>
    private static double Advantage(double[] losses, int[] weights, int members)
    {
        double sum = 0;
        for (var i = 0; i < members; i++)
        {
            // Zero times an infinite loss would be NaN.
            sum += weights[i] == 0 ? 0 : weights[i] * losses[i];
        }

        var threshold = sum / members;
        long hits = 0, alarms = 0;
        for (var i = 0; i < losses.Length; i++)
        {
            var weight = losses[i] <= threshold ? weights[i] : 0;
            (hits, alarms) = i < members ? (hits + weight, alarms) : (hits, alarms + weight);
        }

        return (hits / (double)members) - (alarms / (double)(losses.Length - members));
    }
}

/// <summary>What an attacker learns from losses of who was trained on.</summary>
/// <param name="Members">Examples trained on.</param>
/// <param name="Others">Examples not trained on.</param>
/// <param name="Auroc">Chance that a member has the smaller loss; 0.5 tells nothing.</param>
/// <param name="AurocInterval">Its bootstrap interval, 2.5 % to 97.5 %.</param>
/// <param name="Advantage">Members called so less others called so, as shares; 0 tells nothing, 1 tells all.</param>
/// <param name="AdvantageInterval">Its bootstrap interval, 2.5 % to 97.5 %.</param>
public sealed record MembershipReport(
    int Members, int Others, double Auroc, double[] AurocInterval, double Advantage, double[] AdvantageInterval);
