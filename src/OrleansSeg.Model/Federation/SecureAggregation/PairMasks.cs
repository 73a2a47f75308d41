using OrleansSeg.Model.Federation.SecureAggregation.Keys;
using OrleansSeg.Model.Federation.SecureAggregation.Messages;

namespace OrleansSeg.Model.Federation.SecureAggregation;

/// <summary>The masks that two trainers share: the first of them in ordinal order adds it, the other takes it away.</summary>
internal static class PairMasks
{
    /// <summary>Puts into <paramref name="vector"/> what <paramref name="trainer"/> puts in for its pair with <paramref name="peer"/>.</summary>
    public static void Add(Span<ulong> vector, SecureRound round, byte[] secret, string trainer, KeyAdvertisement peer)
    {
        var key = Agreement.PairMask(round, secret, peer.MaskKey, trainer, peer.Trainer);
        if (string.CompareOrdinal(trainer, peer.Trainer) < 0)
        {
            MaskStream.Add(vector, key, round.RingBits);
        }
        else
        {
            MaskStream.Subtract(vector, key, round.RingBits);
        }
    }
}
