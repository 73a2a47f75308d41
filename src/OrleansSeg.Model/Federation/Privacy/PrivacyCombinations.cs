using System.Collections.Immutable;
using OrleansSeg.Model.Federation.Aggregation;
using OrleansSeg.Model.Federation.Compression;
using OrleansSeg.Model.Federation.Rounds;
using OrleansSeg.Model.Federation.SecureAggregation;

namespace OrleansSeg.Model.Federation.Privacy;

/// <summary>What goes with what, validated before a run starts.</summary>
/// <remarks>
/// <code>
///                         | secure aggregation       | unit: customer         | unit: trainer
/// ------------------------+--------------------------+------------------------+------------------------
/// fedavg, fedprox         | yes                      | yes                    | yes
/// fedavgm, fedadam,       | yes: they use the mean   | yes: after the noise   | yes: after the noise
///   fedyogi               |   alone                  |                        |
/// scaffold                | no: control variates     | no: the same           | no: the same
/// another strategy        | no: may need each update | no: may send more      | no: may send more
/// none (compression)      | yes: fixed point         | yes                    | yes
/// int8                    | no: scales differ        | yes: after the noise   | yes: clipped when read
/// topk                    | no: supports differ      | yes: after the noise   | yes: clipped when read
/// late updates kept       | no: masks are a round's  | yes: after the noise   | no: weights differ
/// asynchronous            | no: masks are a round's  | yes: after the noise   | no: rounds are counted
/// weighed by examples     | yes: in the ring         | yes: on the ledger     | no: the weight is data
/// secure aggregation      |                          | yes: noise in steps    | yes: noise in shares
/// ------------------------+--------------------------+------------------------+------------------------
/// needs besides           | UpdateClipNorm, 3 to 255 | CustomerClipNorm,      | UpdateClipNorm,
///                         |   trainers, 3 reporters  |   NoiseMultiplier      |   NoiseMultiplier
/// </code>
/// <para>Noise of the customer unit is added at the trainer at every step, so whatever happens to an update later is post-processing. Noise
/// of the trainer unit is added to the sum: by the coordinator, which then sees updates without noise, or under secure aggregation by
/// the trainers, each a share, so that <see cref="PrivacyPlan.ReportersMin"/> of them suffice. Neither unit covers what is on the
/// <see cref="ReleaseLedger"/>. Without secure aggregation and without a unit everything goes, but noise that protects nobody.</para>
/// </remarks>
public static class PrivacyCombinations
{
    private static readonly ImmutableArray<string> MeanOnly =
        [FedAvg.StrategyName, FedProx.StrategyName, FedAvgM.StrategyName, FedAdam.StrategyName, FedYogi.StrategyName];

    private static readonly ImmutableArray<Rule> Rules =
    [
        new(plan => plan.SecureAggregation && plan.Strategy == Scaffold.StrategyName, plan =>
            $"SecureAggregation does not go with Strategy '{plan.Strategy}': trainers would send control variates beside the masked sum."),
        new(plan => plan.SecureAggregation && plan.Strategy != Scaffold.StrategyName && !MeanOnly.Contains(plan.Strategy), plan =>
            $"SecureAggregation does not go with Strategy '{plan.Strategy}': it is not known to need the mean of updates alone."),
        new(plan => plan.SecureAggregation && plan.Compression == TopKCompressor.CompressorName, plan =>
            $"SecureAggregation does not go with Compression '{plan.Compression}': which weights a trainer sends tells of its data."),
        new(plan => plan.SecureAggregation && plan.Compression is not (TopKCompressor.CompressorName or PlainCompressor.CompressorName),
            plan => $"SecureAggregation does not go with Compression '{plan.Compression}': masked sums need one scale for all trainers."),
        new(plan => plan.SecureAggregation && plan.LateUpdates != LateUpdatePolicy.DropName, plan =>
            $"SecureAggregation does not go with LateUpdates '{plan.LateUpdates}': masks cancel in their own round alone."),
        new(plan => plan.SecureAggregation && !plan.Synchronous, _ =>
            "SecureAggregation does not go with Synchronous false: masks cancel among the updates of one round."),
        new(plan => plan.SecureAggregation && !Positive(plan.UpdateClipNorm), _ =>
            "SecureAggregation needs UpdateClipNorm above 0: the fixed-point scale follows from it, and no server sees a broken update."),
        new(plan => plan.SecureAggregation && plan.Trainers is < SecureRound.ThresholdMin or > SecretSharing.SharesMax, plan =>
            $"SecureAggregation needs Trainers between {SecureRound.ThresholdMin} and {SecretSharing.SharesMax}, not {plan.Trainers}: "
            + "the sum of fewer tells too much, and a secret has no more shares."),
        new(plan => plan.SecureAggregation && (plan.ReportersMin < SecureRound.ThresholdMin || plan.ReportersMin > plan.Trainers), plan =>
            $"SecureAggregation needs ReportersMin between {SecureRound.ThresholdMin} and Trainers, not {plan.ReportersMin}: "
            + "the sum of two tells each of them the other's update."),

        new(plan => Noised(plan) && plan.Strategy == Scaffold.StrategyName, plan =>
            $"Unit {plan.Unit} does not go with Strategy '{plan.Strategy}': control variates carry gradients past the accounted noise."),
        new(plan => Noised(plan) && plan.Strategy != Scaffold.StrategyName && !MeanOnly.Contains(plan.Strategy), plan =>
            $"Unit {plan.Unit} does not go with Strategy '{plan.Strategy}': it is not known to send nothing but the noised update."),
        new(plan => Noised(plan) && !Positive(plan.NoiseMultiplier), plan =>
            $"Unit {plan.Unit} needs NoiseMultiplier above 0: without noise there is no privacy to account for."),
        new(plan => plan.Unit == PrivacyUnit.None && plan.NoiseMultiplier != 0, plan =>
            $"NoiseMultiplier {plan.NoiseMultiplier} does not go with Unit None: noise that is not set for anybody protects nobody."),

        new(plan => plan.Unit == PrivacyUnit.Customer && !Positive(plan.CustomerClipNorm), _ =>
            "Unit Customer needs CustomerClipNorm above 0: the noise hides one customer only if every customer's gradient is clipped."),

        new(plan => plan.Unit == PrivacyUnit.Trainer && !Positive(plan.UpdateClipNorm), _ =>
            "Unit Trainer needs UpdateClipNorm above 0: the noise hides one trainer only if every trainer's update is clipped."),
        new(plan => plan.Unit == PrivacyUnit.Trainer && plan.WeighByExamples, _ =>
            "Unit Trainer does not go with WeighByExamples true: how many examples a trainer has is its data, and would set every weight."),
        new(plan => plan.Unit == PrivacyUnit.Trainer && plan.LateUpdates != LateUpdatePolicy.DropName, plan =>
            $"Unit Trainer does not go with LateUpdates '{plan.LateUpdates}': late ones count for less, and noise is set for equal weights."),
        new(plan => plan.Unit == PrivacyUnit.Trainer && !plan.Synchronous, _ =>
            "Unit Trainer does not go with Synchronous false: the accountant counts rounds in which a trainer is heard once."),
        new(plan => plan.Unit == PrivacyUnit.Trainer && (plan.ReportersMin < 1 || plan.ReportersMin > plan.Trainers), plan =>
            $"Unit Trainer needs ReportersMin between 1 and Trainers, not {plan.ReportersMin}: the noise of each follows from it."),
    ];

    /// <summary>What is wrong with a plan; empty for nothing. Each names the two settings and the reason.</summary>
    public static ImmutableArray<string> Faults(PrivacyPlan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        return [.. Rules.Where(rule => rule.Applies(plan)).Select(rule => rule.Message(plan))];
    }

    /// <summary>Refuses a plan in which something does not go with something else.</summary>
    /// <exception cref="PrivacyCombinationException">There are such settings; the message has a line for each.</exception>
    public static void Check(PrivacyPlan plan)
    {
        if (Faults(plan) is { Length: > 0 } faults)
        {
            throw new PrivacyCombinationException(faults);
        }
    }

    private static bool Noised(PrivacyPlan plan) => plan.Unit != PrivacyUnit.None;

    private static bool Positive(double? value) => value > 0 && double.IsFinite(value.Value);

    private sealed record Rule(Func<PrivacyPlan, bool> Applies, Func<PrivacyPlan, string> Message);
}

/// <summary>Settings of a plan that do not go together. The plan must change; no retry helps.</summary>
/// <param name="faults">One for each pair of settings, with the reason.</param>
public sealed class PrivacyCombinationException(ImmutableArray<string> faults) : ArgumentException(string.Join('\n', faults))
{
    /// <summary>One for each pair of settings, with the reason.</summary>
    public ImmutableArray<string> Faults { get; } = faults;
}
