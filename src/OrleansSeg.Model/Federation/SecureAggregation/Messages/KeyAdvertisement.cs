using OrleansSeg.Model.Federation.SecureAggregation.Keys;

namespace OrleansSeg.Model.Federation.SecureAggregation.Messages;

/// <summary>A trainer's keys for one round, to the server and through it to everybody.</summary>
/// <param name="Trainer">The trainer's id.</param>
/// <param name="SealKey">X25519 key for shares sealed to or by it; 32 bytes.</param>
/// <param name="MaskKey">X25519 key for the masks it shares with others; 32 bytes.</param>
/// <param name="SeedCommitment">SHA-256 over its self-mask seed.</param>
/// <param name="Signature">Ed25519 over all of that and the round.</param>
public sealed record KeyAdvertisement(string Trainer, byte[] SealKey, byte[] MaskKey, byte[] SeedCommitment, byte[] Signature)
{
    internal byte[] Signed(SecureRound round) => new Transcript("keys")
        .Add(round.Digest).Add(Trainer).Add(SealKey).Add(MaskKey).Add(SeedCommitment).ToArray();

    /// <summary>Refuses keys that are not of the round, or not signed by their trainer for it.</summary>
    /// <exception cref="SecureMessageRefusedException">They are not.</exception>
    internal void Check(SecureRound round)
    {
        var holder = round.HolderOf(Trainer);
        if (holder == 0)
        {
            throw new SecureMessageRefusedException($"'{Trainer}' is not a trainer of this round.");
        }

        if (SealKey is not { Length: Agreement.KeyLength } || MaskKey is not { Length: Agreement.KeyLength }
            || SeedCommitment is not { Length: 32 } || !round.Trainers[holder - 1].Verifies(Signed(round), Signature))
        {
            throw new SecureMessageRefusedException($"The keys of '{Trainer}' are not signed by it for this round.");
        }
    }

    internal bool Same(KeyAdvertisement other) =>
        Trainer == other.Trainer && SealKey.AsSpan().SequenceEqual(other.SealKey) && MaskKey.AsSpan().SequenceEqual(other.MaskKey)
        && SeedCommitment.AsSpan().SequenceEqual(other.SeedCommitment);
}
