using System.Collections.Immutable;
using OrleansSeg.Model.Federation.SecureAggregation.Keys;
using OrleansSeg.Model.Federation.SecureAggregation.Messages;

namespace OrleansSeg.Model.Federation.SecureAggregation.Trainer;

/// <summary>The trainer has shared its secrets.</summary>
/// <param name="Round">The round.</param>
/// <param name="Trainer">Its id.</param>
/// <param name="Secrets">Its secrets, for the last time.</param>
/// <param name="Keys">The keys of all that advertised, in ordinal order.</param>
/// <param name="Own">The shares of its own secrets that it holds itself.</param>
/// <param name="Sent">What it sends the server.</param>
public sealed record SharedTrainer(
    SecureRound Round, string Trainer, RoundSecrets Secrets, ImmutableArray<KeyAdvertisement> Keys, HeldShares Own, SharesMessage Sent)
    : SecureTrainer(Round, Trainer)
{
    /// <summary>Masks its vector, for good: store the message, then the state, then send; and send the stored message again if asked.</summary>
    /// <param name="vector">What it adds to the sum, of the round's length.</param>
    /// <param name="delivery">The shares that others sealed to it. Who is missing here has dropped out.</param>
    /// <returns>The next state, which remembers the message by its hash, and the message.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The vector has another length.</exception>
    /// <exception cref="SecureMessageRefusedException">A share is for another trainer, from nobody known, comes twice, or does not open.</exception>
    /// <exception cref="TooFewSurvivorsException">Fewer than the threshold shared.</exception>
    public (MaskedTrainer State, MaskedInput Message) Mask(ReadOnlySpan<ulong> vector, ShareDelivery delivery)
    {
        ArgumentNullException.ThrowIfNull(delivery);
        ArgumentOutOfRangeException.ThrowIfNotEqual(vector.Length, Round.Length, nameof(vector));
        var held = Open(delivery);
        var masked = vector.ToArray();
        MaskStream.Add(masked, Agreement.SelfMask(Round, Secrets.Seed, Trainer), Round.RingBits);
        foreach (var peer in Keys.Where(key => key.Trainer != Trainer && held.Any(shares => shares.Of == key.Trainer)))
        {
            PairMasks.Add(masked, Round, Secrets.Mask, Trainer, peer);
        }

        var message = new MaskedInput(Trainer, RingVector.ToBytes(masked, Round.RingBits));
        return (new MaskedTrainer(Round, Trainer, held, message.Hash()), message);
    }

    private ImmutableArray<HeldShares> Open(ShareDelivery delivery)
    {
        var held = new List<HeldShares> { Own };
        foreach (var shares in delivery.Shares)
        {
            if (shares.To != Trainer)
            {
                throw new SecureMessageRefusedException($"The shares of '{shares.From}' are for '{shares.To}', not for '{Trainer}'.");
            }

            if (shares.From == Trainer || Keys.FirstOrDefault(key => key.Trainer == shares.From) is not { } peer)
            {
                throw new SecureMessageRefusedException($"'{shares.From}' has no keys in this round to send '{Trainer}' shares with.");
            }

            held.Add(ShareSeal.Open(Round, Agreement.Seal(Round, Secrets.Seal, peer.SealKey, shares.From, Trainer), shares));
        }

        if (held.DistinctBy(shares => shares.Of).Count() != held.Count)
        {
            throw new SecureMessageRefusedException("The shares of one trainer were delivered twice.");
        }

        Round.NeedThreshold(held.Count, "shared their secrets");
        return [.. held.OrderBy(shares => shares.Of, StringComparer.Ordinal)];
    }
}
