using System.Collections.Immutable;
using OrleansSeg.Model.Federation.SecureAggregation.Messages;

namespace OrleansSeg.Model.Federation.SecureAggregation.Server;

/// <summary>Trainers send their masked vectors, which the caller keeps; the state holds their hashes.</summary>
/// <param name="Round">The round.</param>
/// <param name="Keys">The keys that all were told.</param>
/// <param name="Shares">The sealed shares of all that shared.</param>
/// <param name="Inputs">Masked vectors so far, in ordinal order of trainers.</param>
public sealed record CollectingInputs(
    SecureRound Round, ImmutableArray<KeyAdvertisement> Keys, ImmutableArray<SharesMessage> Shares, ImmutableArray<ReceivedInput> Inputs)
    : SecureServer(Round)
{
    /// <summary>What to pass on to a trainer that shared.</summary>
    public ShareDelivery DeliveryTo(string trainer) =>
        new(trainer, [.. Shares.SelectMany(message => message.Shares).Where(shares => shares.To == trainer)]);

    /// <summary>Takes in a masked vector; the caller has stored it.</summary>
    /// <exception cref="SecureMessageRefusedException">Its trainer did not share, it has another length, or it is a second, other one.</exception>
    public CollectingInputs Add(MaskedInput message)
    {
        ArgumentNullException.ThrowIfNull(message);
        if (Shares.All(shares => shares.From != message.Trainer))
        {
            throw new SecureMessageRefusedException($"'{message.Trainer}' did not share its secrets, so its masks could not be taken out.");
        }

        if (message.Vector.Length != (long)Round.Length * (Round.RingBits / 8))
        {
            throw new SecureMessageRefusedException($"The vector of '{message.Trainer}' has {message.Vector.Length} bytes.");
        }

        var hash = message.Hash();
        return Inputs.FirstOrDefault(input => input.Trainer == message.Trainer) is not { } known
            ? this with { Inputs = Insert(Inputs, new ReceivedInput(message.Trainer, hash), input => input.Trainer) }
            : known.Hash == hash ? this : throw new SecureMessageRefusedException($"'{message.Trainer}' sent another vector before.");
    }

    /// <summary>Ends the step: who sent no vector by now has dropped out, whatever still comes from it.</summary>
    /// <exception cref="TooFewSurvivorsException">Fewer than the threshold sent a vector.</exception>
    public CollectingReveals Close()
    {
        Round.NeedThreshold(Inputs.Length, "sent a masked vector");
        var survivors = Inputs.Select(input => input.Trainer).ToImmutableArray();
        var droppedOut = Shares.Select(shares => shares.From).Except(survivors, StringComparer.Ordinal).ToImmutableArray();
        return new CollectingReveals(Round, Keys, Inputs, new UnmaskRequest(survivors, droppedOut), []);
    }
}

/// <summary>A masked vector that came in.</summary>
/// <param name="Trainer">From whom.</param>
/// <param name="Hash">See <see cref="MaskedInput.Hash"/>.</param>
public sealed record ReceivedInput(string Trainer, string Hash);
