using OrleansSeg.Federation.Privacy;
using OrleansSeg.Model.Federation.Privacy;
using OrleansSeg.Model.Federation.SecureAggregation;
using OrleansSeg.Model.Federation.Training;
using static System.FormattableString;

namespace OrleansSeg.Federation.Runs;

/// <summary>Holds what a plan says of privacy against its bounds, and against the rest of the plan.</summary>
internal static class PlanPrivacy
{
    private const double ClipNormMax = 1_000_000;
    private const double NoiseMultiplierMin = 1.0 / (1 << 19);
    private const double NoiseMultiplierMax = 1_000;
    private const double EpsilonLimit = 1_000_000;

    /// <summary>Every bound that is broken, and every combination that does not go.</summary>
    public static IEnumerable<string> Problems(FederatedPlan plan, long trainers)
    {
        var privacy = plan.Privacy;
        if (plan.UpdateClipNorm is not (>= 0 and <= ClipNormMax))
        {
            yield return Invariant($"UpdateClipNorm is {plan.UpdateClipNorm}: 0 for no bound, up to {ClipNormMax}.");
        }

        if (!Enum.IsDefined(privacy.Unit))
        {
            yield return Invariant($"Unit is {privacy.Unit}: none, customer or trainer.");
        }

        if (privacy.NoiseMultiplier is not (0 or (>= NoiseMultiplierMin and <= NoiseMultiplierMax)))
        {
            yield return Invariant($"NoiseMultiplier is {privacy.NoiseMultiplier}: 0, or 2^-19 to {NoiseMultiplierMax}.");
        }

        if (privacy.CustomerClipNorm is not (> 0 and <= ClipNormMax))
        {
            yield return Invariant($"CustomerClipNorm is {privacy.CustomerClipNorm}: above 0, up to {ClipNormMax}.");
        }

        if (privacy.CustomersPerStep is < 1 or > 100_000)
        {
            yield return Invariant($"CustomersPerStep is {privacy.CustomersPerStep}: 1 to 100000.");
        }

        if (privacy.Delta is not (> 0 and < 1))
        {
            yield return Invariant($"Delta is {privacy.Delta}: above 0 and below 1.");
        }

        if (privacy.EpsilonMax is not (>= 0 and <= EpsilonLimit))
        {
            yield return Invariant($"EpsilonMax is {privacy.EpsilonMax}: 0 for no bound, up to {EpsilonLimit}.");
        }

        if (privacy is { Unit: ProtectedUnit.None, EpsilonMax: > 0 })
        {
            yield return Invariant($"EpsilonMax {privacy.EpsilonMax} does not go with Unit None: without noise nothing bounds what is told.");
        }

        if (privacy.Unit == ProtectedUnit.Trainer && SharedScope.ByName.TryGetValue(plan.Scope, out var scope) && !scope.AtSite.IsEmpty)
        {
            yield return $"Unit Trainer does not go with Scope '{plan.Scope}': the weights that are a site's own go without noise.";
        }

        if (plan.SecureAggregation && SharedScope.ByName.TryGetValue(plan.Scope, out var masked) && !masked.AtSite.IsEmpty)
        {
            yield return $"SecureAggregation does not go with Scope '{plan.Scope}': what each site trains for itself would be told beside the masked sum.";
        }

        if (plan.SecureAggregation && privacy.Unit == ProtectedUnit.Trainer && trainers is >= SecureRound.ThresholdMin and <= SecretSharing.SharesMax && ShareProblem(plan, (int)trainers) is { } share)
        {
            yield return share;
        }

        foreach (var fault in PrivacyCombinations.Faults(Of(plan, trainers)))
        {
            yield return fault;
        }
    }

    /// <summary>What privacy hangs on in a plan of so many trainers. Where noise hides sites their updates weigh the same.</summary>
    private static PrivacyPlan Of(FederatedPlan plan, long trainers)
    {
        var count = (int)Math.Clamp(trainers, 0, int.MaxValue);
        return new PrivacyPlan
        {
            Strategy = plan.Strategy,
            Compression = plan.Compression,
            LateUpdates = plan.LateUpdates,
            SecureAggregation = plan.SecureAggregation,
            WeighByExamples = plan.Privacy.Unit != ProtectedUnit.Trainer,
            Unit = RunPrivacy.UnitOf(plan.Privacy.Unit),
            NoiseMultiplier = plan.Privacy.NoiseMultiplier,
            CustomerClipNorm = plan.Privacy.CustomerClipNorm,
            UpdateClipNorm = plan.UpdateClipNorm > 0 ? plan.UpdateClipNorm : null,
            Trainers = count,
            ReportersMin = plan.ReportersMin > 0 ? plan.ReportersMin : plan.ReportersNeededOf(count),
        };
    }

    /// <summary>Why the shares of noise cannot be told in the steps that masked sums are taken in; null where they can.</summary>
    private static string? ShareProblem(FederatedPlan plan, int trainers)
    {
        try
        {
            _ = new UpdateEncoding(1, plan.UpdateClipNorm, trainers, Math.Min(trainers, plan.ReportersNeededOf(trainers)), noiseMultiplier: plan.Privacy.NoiseMultiplier);
            return null;
        }
        catch (ArgumentOutOfRangeException exception) when (exception.ParamName == "ringBits")
        {
            return Invariant($"SecureAggregation does not go with NoiseMultiplier {plan.Privacy.NoiseMultiplier} of UpdateClipNorm {plan.UpdateClipNorm}: a share of the noise has too few steps of a masked sum.");
        }
        catch (ArgumentOutOfRangeException)
        {
            // Another bound is broken, and is named by itself.
            return null;
        }
    }
}
