using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text.Json;
using OrleansSeg.Model.Bundles;
using OrleansSeg.Model.Federation.SecureAggregation;
using OrleansSeg.Model.Federation.SecureAggregation.Keys;
using OrleansSeg.Model.Federation.SecureAggregation.Server;
using OrleansSeg.Model.Federation.SecureAggregation.Trainer;

namespace OrleansSeg.Model.Federation.Training;

/// <summary>Masked rounds in one process: every trainer and the server do what they do apart, and every message is written as it would go.</summary>
/// <remarks>Everybody stays to the end. What is not in it is what a run adds: states that are stored before each message, and the way.</remarks>
internal sealed class SimulatedExchange
{
    private const int RingBits = 64;

    private readonly UpdateEncoding _encoding;
    private readonly ImmutableArray<TrainerIdentity> _identities;
    private readonly RandomNumberGenerator _random = RandomNumberGenerator.Create();

    /// <summary>Makes the trainers' identities.</summary>
    /// <param name="trainers">Their ids; from three.</param>
    /// <param name="weights">Weights of the model (P).</param>
    /// <param name="clipNorm">Norm to which updates are clipped.</param>
    /// <param name="examplesMax">No trainer's examples count for more.</param>
    public SimulatedExchange(IReadOnlyCollection<string> trainers, int weights, double clipNorm, long examplesMax)
    {
        _encoding = new UpdateEncoding(weights, clipNorm, trainers.Count, SecureRound.MajorityThreshold(trainers.Count), examplesMax, ringBits: RingBits);
        _identities = [.. trainers.Select(trainer => new TrainerIdentity(trainer, TrainerIdentity.NewSecret(_random)))];
    }

    /// <summary>Bytes of all messages so far, those to all told once.</summary>
    public long Bytes { get; private set; }

    /// <summary>The mean of a round's updates, through masks.</summary>
    public TrainerUpdate Sum(int number, IReadOnlyList<LocalResult> results)
    {
        var round = new SecureRound(
            "simulation", number, _encoding.ReportersMin, _encoding.Length + RoundSums.Length, RingBits, [.. _identities.Select(identity => identity.Public)]);
        var advertised = _identities.Select(identity => SecureTrainer.Advertise(round, identity, _random)).ToList();
        var keys = advertised.Aggregate(SecureServer.Start(round), (server, trainer) => server.Add(Sent(trainer.Sent))).Close();
        var told = Sent(keys.Keys);
        var shared = advertised.ConvertAll(trainer => trainer.Share(told, _random));
        var shares = shared.Aggregate(keys, (server, trainer) => server.Add(Sent(trainer.Sent))).Close();
        var byTrainer = results.ToDictionary(result => result.Update.Trainer, StringComparer.Ordinal);
        var masked = shared.ConvertAll(trainer => trainer.Mask(VectorOf(byTrainer[trainer.Trainer]), Sent(shares.DeliveryTo(trainer.Trainer))));
        Bytes += masked.Sum(trainer => (long)trainer.Message.Vector.Length);
        var reveals = masked.Aggregate(shares, (server, trainer) => server.Add(trainer.Message)).Close();
        var request = Sent(reveals.Request);
        reveals = masked.Aggregate(reveals, (server, trainer) => server.Add(Sent(trainer.State.Reveal(request).Sent)));
        return _encoding.Decode(reveals.Sum(masked.Select(trainer => trainer.Message)).AsSpan(0, _encoding.Length), results.Count);
    }

    private ulong[] VectorOf(LocalResult result) =>
        [.. _encoding.Encode(result.Update, _random), .. RoundSums.Of(result.TrainingLoss, result.Update.Examples, result.Validation).ToRing()];

    private T Sent<T>(T message)
    {
        var bytes = JsonSerializer.SerializeToUtf8Bytes(message, BundleJson.Compact);
        Bytes += bytes.Length;
        return JsonSerializer.Deserialize<T>(bytes, BundleJson.Compact)!;
    }
}
