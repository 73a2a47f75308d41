using System.Collections.Immutable;
using OrleansSeg.Model.Federation.SecureAggregation.Keys;
using OrleansSeg.Model.Federation.SecureAggregation.Messages;

namespace OrleansSeg.Model.Federation.SecureAggregation.Server;

/// <summary>Survivors reveal the shares with which the masks are taken out of the sum.</summary>
/// <param name="Round">The round.</param>
/// <param name="Keys">The keys that all were told.</param>
/// <param name="Inputs">The masked vectors that make the sum.</param>
/// <param name="Request">What all survivors are asked.</param>
/// <param name="Replies">So far, in ordinal order of trainers.</param>
public sealed record CollectingReveals(
    SecureRound Round, ImmutableArray<KeyAdvertisement> Keys, ImmutableArray<ReceivedInput> Inputs, UnmaskRequest Request,
    ImmutableArray<UnmaskReply> Replies)
    : SecureServer(Round)
{
    /// <summary>Whether enough survivors have answered for <see cref="Sum"/>.</summary>
    public bool Enough => Replies.Length >= Round.Threshold;

    /// <summary>Takes in a survivor's answer; a second one changes nothing.</summary>
    /// <exception cref="SecureMessageRefusedException">It is not from a survivor, or does not answer the request.</exception>
    public CollectingReveals Add(UnmaskReply message)
    {
        ArgumentNullException.ThrowIfNull(message);
        if (!Request.Survivors.Contains(message.From)
            || !message.Seeds.Select(share => share.Of).SequenceEqual(Request.Survivors, StringComparer.Ordinal)
            || !message.MaskKeys.Select(share => share.Of).SequenceEqual(Request.DroppedOut, StringComparer.Ordinal)
            || message.Seeds.Concat(message.MaskKeys).Any(share => share.Share is not { Length: Agreement.KeyLength }))
        {
            throw new SecureMessageRefusedException($"The answer of '{message.From}' is not what survivors were asked for.");
        }

        return Replies.Any(reply => reply.From == message.From) ? this : this with { Replies = Insert(Replies, message, reply => reply.From) };
    }

    /// <summary>The sum of the survivors' vectors, in the ring.</summary>
    /// <param name="inputs">The masked vectors of all survivors, in any order: addition in the ring is exact.</param>
    /// <exception cref="TooFewSurvivorsException">Fewer than the threshold have answered.</exception>
    /// <exception cref="SecureMessageRefusedException">A vector is not the one that came in, or a trainer's shares do not give its secret.</exception>
    public ulong[] Sum(IEnumerable<MaskedInput> inputs)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        Round.NeedThreshold(Replies.Length, "revealed shares");
        var sum = SumMasked(inputs);
        foreach (var survivor in Request.Survivors)
        {
            MaskStream.Subtract(sum, Agreement.SelfMask(Round, Seed(survivor), survivor), Round.RingBits);
        }

        foreach (var droppedOut in Request.DroppedOut)
        {
            // What a survivor put in for this pair is the opposite of what the dropped trainer would have put in.
            var secret = MaskSecret(droppedOut);
            foreach (var survivor in Request.Survivors)
            {
                PairMasks.Add(sum, Round, secret, droppedOut, KeysOf(survivor));
            }
        }

        return sum;
    }

    private ulong[] SumMasked(IEnumerable<MaskedInput> inputs)
    {
        var sum = new ulong[Round.Length];
        var missing = Inputs.ToDictionary(input => input.Trainer, input => input.Hash, StringComparer.Ordinal);
        foreach (var input in inputs)
        {
            if (!missing.Remove(input.Trainer, out var hash) || input.Hash() != hash)
            {
                throw new SecureMessageRefusedException($"The vector of '{input.Trainer}' is not the one that came in, or comes twice.");
            }

            RingVector.Add(sum, RingVector.FromBytes(input.Vector, Round.Length, Round.RingBits));
        }

        return missing.Count == 0
            ? sum
            : throw new SecureMessageRefusedException($"The vectors of {string.Join(", ", missing.Keys.Order(StringComparer.Ordinal))} are missing.");
    }

    private byte[] Seed(string survivor)
    {
        var seed = Combine(survivor, reply => reply.Seeds);
        return Agreement.Commitment(Round, seed, survivor).AsSpan().SequenceEqual(KeysOf(survivor).SeedCommitment)
            ? seed
            : throw new SecureMessageRefusedException($"The shares of the seed of '{survivor}' do not give the seed that it committed to.");
    }

    private byte[] MaskSecret(string droppedOut)
    {
        var secret = Combine(droppedOut, reply => reply.MaskKeys);
        return Agreement.PublicKey(secret).AsSpan().SequenceEqual(KeysOf(droppedOut).MaskKey)
            ? secret
            : throw new SecureMessageRefusedException($"The shares of the mask key of '{droppedOut}' do not give the key that it advertised.");
    }

    private byte[] Combine(string of, Func<UnmaskReply, ImmutableArray<RevealedShare>> shares) => SecretSharing.Combine(
        [.. Replies.Take(Round.Threshold).Select(reply => (Round.HolderOf(reply.From), shares(reply).Single(share => share.Of == of).Share))]);

    private KeyAdvertisement KeysOf(string trainer) => Keys.Single(key => key.Trainer == trainer);
}
