using System.Security.Cryptography;
using System.Text.Json;
using OrleansSeg.Federation.Runs;
using OrleansSeg.Model.Bundles;
using OrleansSeg.Model.Federation.SecureAggregation;
using OrleansSeg.Model.Federation.SecureAggregation.Keys;
using OrleansSeg.Model.Federation.SecureAggregation.Trainer;

namespace OrleansSeg.Federation.Work.Masking;

/// <summary>What a trainer keeps to itself of masked rounds.</summary>
internal sealed record TrainerSecrets
{
    /// <summary>The secret of its signing key, for as long as the trainer lives.</summary>
    public required byte[] Identity { get; init; }

    /// <summary>The run whose roster it has believed.</summary>
    public int Run { get; init; }

    /// <summary>How often that run had begun anew.</summary>
    public int Attempt { get; init; }

    /// <summary>A hash of that roster: until the run begins anew it believes no other.</summary>
    public string? Roster { get; init; }

    /// <summary>Where it stands in the latest round that it advertised keys for.</summary>
    public SecureTrainer? State { get; init; }

    /// <summary>
    /// Where it stood before it masked its update, until the masked update is where everybody can read it. Another silo can so make it anew,
    /// and by <see cref="MaskedTrainer.SentHash"/>, kept before, be sure that it is the same.
    /// </summary>
    public SharedTrainer? Unsent { get; init; }

    /// <summary>The kept secrets, or an identity drawn now.</summary>
    public static (TrainerSecrets Secrets, bool AreNew) Of(byte[]? kept, RandomNumberGenerator random) => kept is null
        ? (new TrainerSecrets { Identity = TrainerIdentity.NewSecret(random) }, true)
        : (JsonSerializer.Deserialize<TrainerSecrets>(kept, BundleJson.Compact)!, false);

    /// <summary>The bytes to keep.</summary>
    public byte[] ToBytes() => JsonSerializer.SerializeToUtf8Bytes(this, BundleJson.Compact);

    /// <summary>Takes a run's roster for true, the first that it sees in the run.</summary>
    /// <exception cref="SecureMessageRefusedException">It is not the run's first.</exception>
    public TrainerSecrets Believe(StepKey step, string roster) => (Run, Attempt) != (step.Run, step.Attempt)
        ? this with { Run = step.Run, Attempt = step.Attempt, Roster = roster }
        : Roster == roster ? this : throw new SecureMessageRefusedException($"Run {step.Run} had another roster before: somebody's signing key has changed.");
}
