using OrleansSeg.Model.Federation.SecureAggregation;

namespace OrleansSeg.Model.Federation.Training;

/// <summary>The figures that go with a trainer's update, as whole numbers: they are masked and summed with it, and nobody sees one trainer's.</summary>
/// <param name="LossUnits">Training loss times examples, in units of 2^-24.</param>
/// <param name="ValidationExamples">Validation examples measured before the trainer trained.</param>
/// <param name="ValidationLossUnits">Their summed log loss in units of 2^-24 nats.</param>
/// <param name="Churn">Their churn probabilities.</param>
public sealed record RoundSums(long LossUnits, long ValidationExamples, long ValidationLossUnits, RankCounts Churn)
{
    private const double Unit = 1.0 / (1 << 24);
    private const int Numbers = 3;

    /// <summary>Elements of the ring that they take.</summary>
    public static int Length => Numbers + (2 * RankCounts.Bins);

    /// <summary>Mean validation log loss in nats; NaN without examples.</summary>
    public double ValidationLogLoss => ValidationExamples == 0 ? double.NaN : ValidationLossUnits * Unit / ValidationExamples;

    /// <summary>The figures of one trainer.</summary>
    /// <param name="trainingLoss">Mean loss of its steps; one that is not finite counts as 0.</param>
    /// <param name="examples">Examples it trained on.</param>
    /// <param name="validation">How the round's weights did before.</param>
    public static RoundSums Of(double trainingLoss, long examples, ScoreSums validation)
    {
        ArgumentNullException.ThrowIfNull(validation);
        var loss = double.IsFinite(trainingLoss) ? Math.Round(trainingLoss * examples / Unit) : 0;
        return new RoundSums((long)Math.Clamp(loss, -LossMax, LossMax), validation.Examples, validation.LossUnits, validation.Churn);
    }

    /// <summary>The sum that a ring of 64 bits held.</summary>
    /// <exception cref="InvalidDataException">It has another length.</exception>
    public static RoundSums FromRing(ReadOnlySpan<ulong> ring)
    {
        if (ring.Length != Length)
        {
            throw new InvalidDataException($"{ring.Length} elements are not the {Length} of a round's figures.");
        }

        var counts = ring[Numbers..].ToArray();
        return new RoundSums(
            unchecked((long)ring[0]), unchecked((long)ring[1]), unchecked((long)ring[2]),
            new RankCounts(Array.ConvertAll(counts[..RankCounts.Bins], Signed), Array.ConvertAll(counts[RankCounts.Bins..], Signed)));
    }

    /// <summary>Elements to append to an encoded update; see <see cref="UpdateEncoding"/>. The ring must have 64 bits.</summary>
    public ulong[] ToRing() =>
        [.. new[] { LossUnits, ValidationExamples, ValidationLossUnits }.Concat(Churn.Positives).Concat(Churn.Negatives).Select(number => unchecked((ulong)number))];

    /// <summary>Mean training loss over so many examples.</summary>
    public double TrainingLoss(long examples) => LossUnits * Unit / examples;

    // Of so many trainers as share a secret the sum stays in the ring.
    private static double LossMax => long.MaxValue / SecretSharing.SharesMax / 2;

    private static long Signed(ulong element) => unchecked((long)element);
}
