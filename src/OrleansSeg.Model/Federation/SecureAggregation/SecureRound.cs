using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text.Json.Serialization;
using OrleansSeg.Model.Federation.SecureAggregation.Keys;

namespace OrleansSeg.Model.Federation.SecureAggregation;

/// <summary>What server and trainers of one secure round agree on before it begins.</summary>
/// <remarks>
/// The protocol is Bonawitz et al. 2017, "Practical Secure Aggregation for Privacy-Preserving Machine Learning", CCS, figure 4, against an
/// honest-but-curious server: it follows the protocol and tells all trainers the same, and learns nothing but the sum, even together with
/// fewer than <see cref="Threshold"/> trainers. Against a server that lies about who dropped out it would need the paper's consistency
/// check, which is not here; a threshold above half of the trainers (<see cref="MajorityThreshold"/>) at least keeps two disjoint groups
/// from revealing different secrets. Differs from the paper: trainers commit to their self-mask seed with their keys, so that a false
/// share is noticed; shares are opened when they arrive, not when they are needed; private keys are forgotten after masking.
/// </remarks>
public sealed record SecureRound
{
    /// <summary>Fewest survivors: with two, each would learn the other's update from the sum.</summary>
    public const int ThresholdMin = 3;

    /// <exception cref="ArgumentException">A value is outside its bounds, or a trainer comes twice.</exception>
    [JsonConstructor]
    public SecureRound(string run, int round, int threshold, int length, int ringBits, ImmutableArray<TrainerKey> trainers)
    {
        ArgumentException.ThrowIfNullOrEmpty(run);
        ArgumentOutOfRangeException.ThrowIfNegative(round);
        ArgumentOutOfRangeException.ThrowIfLessThan(length, 1);
        if (ringBits is not (32 or 64))
        {
            throw new ArgumentOutOfRangeException(nameof(ringBits), ringBits, "The ring has 32 or 64 bits.");
        }

        if (trainers.IsDefault || trainers.Length > SecretSharing.SharesMax || threshold < ThresholdMin || threshold > trainers.Length)
        {
            throw new ArgumentException(
                $"A round has at most {SecretSharing.SharesMax} trainers and a threshold from {ThresholdMin} to their number.", nameof(trainers));
        }

        var sorted = trainers.Sort((left, right) => string.CompareOrdinal(left.Trainer, right.Trainer));
        if (sorted.DistinctBy(trainer => trainer.Trainer).Count() != sorted.Length
            || sorted.DistinctBy(trainer => Convert.ToHexString(trainer.PublicKey)).Count() != sorted.Length)
        {
            throw new ArgumentException("Every trainer has one name and one key of its own.", nameof(trainers));
        }

        (Run, Round, Threshold, Length, RingBits, Trainers) = (run, round, threshold, length, ringBits, sorted);
        var transcript = new Transcript("round").Add(run).Add(round).Add(threshold).Add(length).Add(ringBits).Add(sorted.Length);
        foreach (var trainer in sorted)
        {
            transcript.Add(trainer.Trainer).Add(trainer.PublicKey);
        }

        Digest = SHA256.HashData(transcript.ToArray());
    }

    /// <summary>The run's id.</summary>
    public string Run { get; }

    /// <summary>The round's number; an attempt that failed needs another, or another run id.</summary>
    public int Round { get; }

    /// <summary>Trainers that must be left at every step; from <see cref="ThresholdMin"/>.</summary>
    public int Threshold { get; }

    /// <summary>Elements of a vector.</summary>
    public int Length { get; }

    /// <summary>32 or 64.</summary>
    public int RingBits { get; }

    /// <summary>Trainers and the keys they sign with, in ordinal order. A trainer compares them with those that it trusts.</summary>
    public ImmutableArray<TrainerKey> Trainers { get; }

    /// <summary>A hash of all of the above. Every signature, key and sealed share is bound to it, so that nothing of another round fits.</summary>
    [JsonIgnore]
    public byte[] Digest { get; }

    /// <summary>The smallest threshold above half of <paramref name="trainers"/>, and at least <see cref="ThresholdMin"/>.</summary>
    public static int MajorityThreshold(int trainers) => Math.Max(ThresholdMin, (trainers / 2) + 1);

    /// <summary>A trainer's place among the holders of shares, from 1; 0 when it is not of the round.</summary>
    internal int HolderOf(string trainer)
    {
        for (var i = 0; i < Trainers.Length; i++)
        {
            if (string.Equals(Trainers[i].Trainer, trainer, StringComparison.Ordinal))
            {
                return i + 1;
            }
        }

        return 0;
    }

    internal void NeedThreshold(int survivors, string step)
    {
        if (survivors < Threshold)
        {
            throw new TooFewSurvivorsException(step, survivors, Threshold);
        }
    }
}
