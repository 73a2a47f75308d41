using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text.Json;
using OrleansSeg.Model.Bundles;
using OrleansSeg.Model.Federation.SecureAggregation;
using OrleansSeg.Model.Federation.SecureAggregation.Keys;
using OrleansSeg.Model.Federation.SecureAggregation.Messages;
using OrleansSeg.Model.Federation.SecureAggregation.Server;
using OrleansSeg.Model.Federation.SecureAggregation.Trainer;

namespace OrleansSeg.Model.Tests.Federation.SecureAggregation;

/// <summary>Plays secure rounds with every state and message written and read back on its way, as a store and a wire would.</summary>
internal sealed class RoundScript
{
    public RoundScript(int trainers, int threshold, int length, int ringBits, ulong seed)
    {
        Random = new SeededGenerator(seed);
        Identities = [.. Enumerable.Range(0, trainers)
            .Select(i => new TrainerIdentity($"site-{i}", TrainerIdentity.NewSecret(Random)))];
        Round = new SecureRound("run", 1, threshold, length, ringBits, [.. Identities.Select(identity => identity.Public)]);
    }

    public RandomNumberGenerator Random { get; }

    public ImmutableArray<TrainerIdentity> Identities { get; }

    public SecureRound Round { get; }

    public static T Reread<T>(T value) =>
        JsonSerializer.Deserialize<T>(JsonSerializer.SerializeToUtf8Bytes(value, BundleJson.Compact), BundleJson.Compact)!;

    /// <summary>The same through the base type, as a store that does not know the step reads it.</summary>
    public static TState Restart<TBase, TState>(TState state)
        where TState : TBase =>
        (TState)JsonSerializer.Deserialize<TBase>(JsonSerializer.SerializeToUtf8Bytes<TBase>(state, BundleJson.Compact), BundleJson.Compact)!;

    public List<AdvertisedTrainer> Advertise(int silent = 0) => [.. Identities.Skip(silent)
        .Select(identity => Restart<SecureTrainer, AdvertisedTrainer>(SecureTrainer.Advertise(Round, identity, Random)))];

    public CollectingShares CloseKeys(IEnumerable<AdvertisedTrainer> trainers) => Restart<SecureServer, CollectingShares>(
        trainers.Aggregate(SecureServer.Start(Round), (server, trainer) => server.Add(Reread(trainer.Sent))).Close());

    public List<SharedTrainer> Share(IEnumerable<AdvertisedTrainer> trainers, CollectingShares server) =>
        [.. trainers.Select(trainer => Restart<SecureTrainer, SharedTrainer>(trainer.Share(Reread(server.Keys), Random)))];

    public static CollectingInputs CloseShares(IEnumerable<SharedTrainer> trainers, CollectingShares server) =>
        Restart<SecureServer, CollectingInputs>(trainers.Aggregate(server, (state, trainer) => state.Add(Reread(trainer.Sent))).Close());

    public static List<(MaskedTrainer State, MaskedInput Message)> Mask(
        IEnumerable<SharedTrainer> trainers, CollectingInputs server, Func<string, ulong[]> vectorOf) => [.. trainers.Select(trainer =>
        {
            var (state, message) = trainer.Mask(vectorOf(trainer.Trainer), Reread(server.DeliveryTo(trainer.Trainer)));
            return (Restart<SecureTrainer, MaskedTrainer>(state), Reread(message));
        })];

    public static CollectingReveals CloseInputs(IEnumerable<MaskedInput> inputs, CollectingInputs server) =>
        Restart<SecureServer, CollectingReveals>(inputs.Aggregate(server, (state, input) => state.Add(input)).Close());

    /// <summary>A whole round in which so many trainers fall silent before each step; the sum and whose vectors it is of.</summary>
    public (ulong[] Sum, ImmutableArray<string> Survivors) Play(
        Func<string, ulong[]> vectorOf, int beforeKeys = 0, int beforeShares = 0, int beforeInputs = 0, int beforeReveals = 0)
    {
        var advertised = Advertise(beforeKeys);
        var keys = CloseKeys(advertised);
        var shared = Share(advertised.Skip(beforeShares), keys);
        var shares = CloseShares(shared, keys);
        var masked = Mask(shared.Skip(beforeInputs), shares, vectorOf);
        var reveals = CloseInputs(masked.Select(pair => pair.Message), shares);
        reveals = masked.Skip(beforeReveals).Aggregate(
            reveals, (state, pair) => state.Add(Reread(Restart<SecureTrainer, RevealedTrainer>(pair.State.Reveal(Reread(state.Request))).Sent)));
        return (reveals.Sum(masked.Select(pair => pair.Message).Reverse()), reveals.Request.Survivors);
    }
}
