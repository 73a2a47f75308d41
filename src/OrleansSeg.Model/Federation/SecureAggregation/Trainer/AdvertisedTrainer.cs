using System.Collections.Immutable;
using System.Security.Cryptography;
using OrleansSeg.Model.Federation.SecureAggregation.Keys;
using OrleansSeg.Model.Federation.SecureAggregation.Messages;

namespace OrleansSeg.Model.Federation.SecureAggregation.Trainer;

/// <summary>The trainer has drawn its keys.</summary>
/// <param name="Round">The round.</param>
/// <param name="Trainer">Its id.</param>
/// <param name="Secrets">Its secrets.</param>
/// <param name="Sent">What it sends the server.</param>
public sealed record AdvertisedTrainer(SecureRound Round, string Trainer, RoundSecrets Secrets, KeyAdvertisement Sent)
    : SecureTrainer(Round, Trainer)
{
    /// <summary>Splits its two secrets among all whose keys the server passed on, and seals each part to its holder.</summary>
    /// <param name="keys">The keys of all trainers that advertised, its own among them.</param>
    /// <param name="random">A cryptographic generator.</param>
    /// <returns>The next state, which holds the message to send.</returns>
    /// <exception cref="SecureMessageRefusedException">
    /// Keys are not signed for this round by their trainer, come twice, or its own are missing or changed.
    /// </exception>
    /// <exception cref="TooFewSurvivorsException">Fewer than the threshold advertised.</exception>
    public SharedTrainer Share(IReadOnlyList<KeyAdvertisement> keys, RandomNumberGenerator random)
    {
        ArgumentNullException.ThrowIfNull(keys);
        ArgumentNullException.ThrowIfNull(random);
        Check(keys);
        var peers = keys.OrderBy(key => key.Trainer, StringComparer.Ordinal).ToImmutableArray();
        var maskShares = SecretSharing.Split(Secrets.Mask, Round.Threshold, Round.Trainers.Length, random);
        var seedShares = SecretSharing.Split(Secrets.Seed, Round.Threshold, Round.Trainers.Length, random);
        HeldShares ForHolder(string trainer) =>
            new(Trainer, maskShares[Round.HolderOf(trainer) - 1], seedShares[Round.HolderOf(trainer) - 1]);

        var sealedShares = ImmutableArray.CreateBuilder<SealedShares>();
        foreach (var peer in peers.Where(peer => peer.Trainer != Trainer))
        {
            var key = Agreement.Seal(Round, Secrets.Seal, peer.SealKey, Trainer, peer.Trainer);
            sealedShares.Add(ShareSeal.Close(Round, key, ForHolder(peer.Trainer), peer.Trainer, random));
        }

        return new SharedTrainer(
            Round, Trainer, Secrets, peers, ForHolder(Trainer), new SharesMessage(Trainer, sealedShares.ToImmutable()));
    }

    private void Check(IReadOnlyList<KeyAdvertisement> keys)
    {
        foreach (var key in keys)
        {
            key.Check(Round);
        }

        if (keys.DistinctBy(key => key.Trainer).Count() != keys.Count
            || keys.SelectMany(key => new[] { key.SealKey, key.MaskKey }).DistinctBy(Convert.ToHexString).Count() != 2 * keys.Count)
        {
            throw new SecureMessageRefusedException("A trainer or a key comes twice in the list of keys.");
        }

        if (keys.FirstOrDefault(key => key.Trainer == Trainer) is not { } own || !own.Same(Sent))
        {
            throw new SecureMessageRefusedException($"The list of keys lacks those that '{Trainer}' advertised.");
        }

        Round.NeedThreshold(keys.Count, "advertised keys");
    }
}
