using System.Security.Cryptography;
using System.Text.Json.Serialization;
using OrleansSeg.Model.Federation.SecureAggregation.Keys;
using OrleansSeg.Model.Federation.SecureAggregation.Messages;

namespace OrleansSeg.Model.Federation.SecureAggregation.Trainer;

/// <summary>Where a trainer stands in a secure round. Immutable, and written and read back as JSON of this type.</summary>
/// <remarks>
/// <para>A step is a method of the state it starts from: message in, next state and message out. Store the next state, then send; after a
/// crash send again what the stored state holds. There is no method that leads back, so a step once stored is never done again with
/// other random numbers, another vector or another request.</para>
/// <para><see cref="AdvertisedTrainer"/> → <see cref="SharedTrainer"/> → <see cref="MaskedTrainer"/> → <see cref="RevealedTrainer"/>.
/// The first two hold private keys: the store must be the trainer's own.</para>
/// </remarks>
[JsonDerivedType(typeof(AdvertisedTrainer), "advertised")]
[JsonDerivedType(typeof(SharedTrainer), "shared")]
[JsonDerivedType(typeof(MaskedTrainer), "masked")]
[JsonDerivedType(typeof(RevealedTrainer), "revealed")]
public abstract record SecureTrainer(SecureRound Round, string Trainer)
{
    /// <summary>Begins a round: draws the round's keys and the self-mask seed, and signs what others may know of them.</summary>
    /// <param name="round">The round; its list of trainers must be one that this trainer trusts.</param>
    /// <param name="identity">This trainer.</param>
    /// <param name="random">A cryptographic generator.</param>
    /// <exception cref="SecureMessageRefusedException">The round does not name this trainer with this identity's key.</exception>
    public static AdvertisedTrainer Advertise(SecureRound round, TrainerIdentity identity, RandomNumberGenerator random)
    {
        ArgumentNullException.ThrowIfNull(round);
        ArgumentNullException.ThrowIfNull(identity);
        ArgumentNullException.ThrowIfNull(random);
        var (trainer, holder) = (identity.Public.Trainer, round.HolderOf(identity.Public.Trainer));
        if (holder == 0 || !round.Trainers[holder - 1].PublicKey.AsSpan().SequenceEqual(identity.Public.PublicKey))
        {
            throw new SecureMessageRefusedException($"The round does not name '{trainer}' with its key.");
        }

        var (sealSecret, maskSecret, seed) = (Draw(random), Draw(random), Draw(random));
        var unsigned = new KeyAdvertisement(
            trainer, Agreement.PublicKey(sealSecret), Agreement.PublicKey(maskSecret), Agreement.Commitment(round, seed, trainer), []);
        var signed = unsigned with { Signature = identity.Sign(unsigned.Signed(round)) };
        return new AdvertisedTrainer(round, trainer, new RoundSecrets(sealSecret, maskSecret, seed), signed);
    }

    private static byte[] Draw(RandomNumberGenerator random)
    {
        var bytes = new byte[Agreement.KeyLength];
        random.GetBytes(bytes);
        return bytes;
    }
}

/// <summary>A trainer's secrets of one round, 32 bytes each.</summary>
/// <param name="Seal">X25519 key that opens and seals shares.</param>
/// <param name="Mask">X25519 key of its pairwise masks.</param>
/// <param name="Seed">Seed of its self-mask.</param>
public sealed record RoundSecrets(byte[] Seal, byte[] Mask, byte[] Seed);
