using System.Collections.Immutable;
using System.Security.Cryptography;
using OrleansSeg.Federation.Runs;
using OrleansSeg.Model.Federation.SecureAggregation;
using OrleansSeg.Model.Federation.SecureAggregation.Keys;
using OrleansSeg.Model.Federation.SecureAggregation.Messages;
using OrleansSeg.Model.Federation.SecureAggregation.Server;
using OrleansSeg.Model.Federation.SecureAggregation.Trainer;

namespace OrleansSeg.Federation.Work.Masking;

/// <summary>A trainer's part of the stages of a masked round.</summary>
/// <remarks>
/// Each stage leads from one kept state to the next, which is kept before its message is written anywhere; a stage that is done again finds
/// the next state and sends the same message. Keys, shares and answers lie in the state. A masked vector is too long for it: there lies its
/// hash, and one that is made anew is sent only if it has this hash, so that two different vectors never leave under the same masks.
/// </remarks>
internal sealed class TrainerExchange(RunBundles bundles, RandomNumberGenerator random)
{
    /// <summary>The trainer's signing key, which it has from its first run on.</summary>
    /// <param name="trainer">The trainer's id.</param>
    /// <param name="kept">Secrets that the trainer has kept; null for none.</param>
    /// <returns>The public key, and secrets to keep before anybody sees it; null where they are kept.</returns>
    public (byte[] PublicKey, byte[]? SecretsBefore) Identify(string trainer, byte[]? kept)
    {
        var (secrets, areNew) = TrainerSecrets.Of(kept, random);
        return (new TrainerIdentity(trainer, secrets.Identity).Public.PublicKey, areNew ? secrets.ToBytes() : null);
    }

    /// <summary>Takes the stage that is ordered.</summary>
    /// <param name="trainer">The trainer's id.</param>
    /// <param name="order">The order.</param>
    /// <param name="round">The round, from what the run told all.</param>
    /// <param name="kept">Secrets that the trainer has kept; null for none.</param>
    /// <param name="vectorOf">The vector to mask; the same whenever it is asked for.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="SecureMessageRefusedException">The trainer cannot take the stage, or must not.</exception>
    /// <exception cref="TooFewSurvivorsException">Too few others are left.</exception>
    public async Task<TrainerOutput> RunAsync(
        string trainer, StepOrder order, SecureRound round, byte[]? kept, Func<Task<ulong[]>> vectorOf, CancellationToken cancellationToken)
    {
        var (secrets, _) = TrainerSecrets.Of(kept, random);
        secrets = secrets.Believe(order.Step, Convert.ToHexStringLower(RosterOf(round)));
        if (order.Step.Stage == RoundStage.Keys)
        {
            return Advertise(trainer, round, secrets);
        }

        var exchange = (await bundles.ReadExchangeAsync(order.Exchange!, cancellationToken)).Server;
        if (secrets.State is not { } state || !state.Round.Digest.AsSpan().SequenceEqual(round.Digest) || !exchange.Round.Digest.AsSpan().SequenceEqual(round.Digest))
        {
            throw new SecureMessageRefusedException($"'{trainer}' has advertised no keys for this round.");
        }

        return (order.Step.Stage, state, exchange) switch
        {
            (RoundStage.Shares, AdvertisedTrainer advertised, CollectingShares told) => Answer(secrets with { State = advertised.Share(told.Keys, random) }, isNew: true),
            (RoundStage.Shares, SharedTrainer shared, CollectingShares told) when SharedWith(shared, told.Keys) => Answer(secrets, isNew: false),
            (RoundStage.Masking, SharedTrainer shared, CollectingInputs told) => await MaskAsync(secrets, shared, told, vectorOf),
            (RoundStage.Masking, MaskedTrainer, CollectingInputs told) when secrets.Unsent is { } unsent => await MaskAsync(secrets, unsent, told, vectorOf),
            (RoundStage.Unmasking, MaskedTrainer masked, CollectingReveals told) => Answer(secrets with { State = masked.Reveal(told.Request), Unsent = null }, isNew: true),
            (RoundStage.Unmasking, RevealedTrainer revealed, CollectingReveals told) when revealed.Again(told.Request) is not null => Answer(secrets, isNew: false),
            _ => throw new SecureMessageRefusedException($"'{trainer}' stands elsewhere in this round and cannot take the stage {order.Step.Stage}."),
        };
    }

    private TrainerOutput Advertise(string trainer, SecureRound round, TrainerSecrets secrets)
    {
        if (secrets.State is { } state && state.Round.Digest.AsSpan().SequenceEqual(round.Digest))
        {
            return state is AdvertisedTrainer
                ? Answer(secrets, isNew: false)
                : throw new SecureMessageRefusedException($"'{trainer}' has used its keys of this round already.");
        }

        var advertised = SecureTrainer.Advertise(round, new TrainerIdentity(trainer, secrets.Identity), random);
        return Answer(secrets with { State = advertised, Unsent = null }, isNew: true);
    }

    private static async Task<TrainerOutput> MaskAsync(TrainerSecrets secrets, SharedTrainer shared, CollectingInputs told, Func<Task<ulong[]>> vectorOf)
    {
        var (masked, message) = shared.Mask(await vectorOf(), told.DeliveryTo(shared.Trainer));
        if (secrets.State is MaskedTrainer { SentHash: var hash } && hash != masked.SentHash)
        {
            throw new SecureMessageRefusedException($"'{shared.Trainer}' would send another vector under the same masks: together they would tell what changed.");
        }

        var done = secrets with { State = masked, Unsent = null };
        return new TrainerOutput(RunBundles.FilesOf(message), null)
        {
            SecretsBefore = secrets.State is MaskedTrainer ? null : (done with { Unsent = shared }).ToBytes(), SecretsAfter = done.ToBytes(),
        };
    }

    private static TrainerOutput Answer(TrainerSecrets secrets, bool isNew)
    {
        var files = secrets.State switch
        {
            AdvertisedTrainer advertised => RunBundles.FilesOf(advertised.Sent),
            SharedTrainer shared => RunBundles.FilesOf(shared.Sent),
            RevealedTrainer revealed => RunBundles.FilesOf(revealed.Sent),
            _ => throw new InvalidOperationException("A masked vector is not in the state. This is a bug."),
        };
        return new TrainerOutput(files, null) { SecretsBefore = isNew ? secrets.ToBytes() : null };
    }

    private static bool SharedWith(SharedTrainer shared, ImmutableArray<KeyAdvertisement> keys) => shared.Keys.Length == keys.Length
        && shared.Keys.Zip(keys).All(pair => pair.First.Trainer == pair.Second.Trainer
            && pair.First.SealKey.AsSpan().SequenceEqual(pair.Second.SealKey) && pair.First.MaskKey.AsSpan().SequenceEqual(pair.Second.MaskKey));

    /// <summary>A hash of who signs with which key; lengths make it unmistakable, since keys have one.</summary>
    private static byte[] RosterOf(SecureRound round) =>
        SHA256.HashData([.. round.Trainers.SelectMany(trainer => SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(trainer.Trainer)).Concat(trainer.PublicKey))]);
}
