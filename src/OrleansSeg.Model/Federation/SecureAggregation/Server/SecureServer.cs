using System.Collections.Immutable;
using System.Text.Json.Serialization;
using OrleansSeg.Model.Federation.SecureAggregation.Messages;

namespace OrleansSeg.Model.Federation.SecureAggregation.Server;

/// <summary>Where the server stands in a secure round. Immutable, and written and read back as JSON of this type.</summary>
/// <remarks>
/// <para><c>Add</c> takes a message in, and the same message a second time changes nothing; <c>Close</c> ends a step with the trainers that
/// are left. Store the state that comes out before acting on it. A deadline is the caller's.</para>
/// <para><see cref="CollectingKeys"/> → <see cref="CollectingShares"/> → <see cref="CollectingInputs"/> → <see cref="CollectingReveals"/>.</para>
/// </remarks>
[JsonDerivedType(typeof(CollectingKeys), "keys")]
[JsonDerivedType(typeof(CollectingShares), "shares")]
[JsonDerivedType(typeof(CollectingInputs), "inputs")]
[JsonDerivedType(typeof(CollectingReveals), "reveals")]
public abstract record SecureServer(SecureRound Round)
{
    /// <summary>Begins a round.</summary>
    public static CollectingKeys Start(SecureRound round) => new(round, []);

    internal static ImmutableArray<T> Insert<T>(ImmutableArray<T> items, T item, Func<T, string> trainer)
    {
        var at = items.Count(other => string.CompareOrdinal(trainer(other), trainer(item)) < 0);
        return items.Insert(at, item);
    }
}

/// <summary>Trainers advertise their keys.</summary>
/// <param name="Round">The round.</param>
/// <param name="Keys">So far, in ordinal order of trainers.</param>
public sealed record CollectingKeys(SecureRound Round, ImmutableArray<KeyAdvertisement> Keys) : SecureServer(Round)
{
    /// <summary>Takes in a trainer's keys.</summary>
    /// <exception cref="SecureMessageRefusedException">They are not signed by a trainer of the round, or are its second ones.</exception>
    public CollectingKeys Add(KeyAdvertisement message)
    {
        ArgumentNullException.ThrowIfNull(message);
        message.Check(Round);
        return Keys.FirstOrDefault(key => key.Trainer == message.Trainer) is not { } known
            ? this with { Keys = Insert(Keys, message, key => key.Trainer) }
            : known.Same(message) ? this : throw new SecureMessageRefusedException($"'{message.Trainer}' advertised other keys before.");
    }

    /// <summary>Ends the step; <see cref="Keys"/> go to all that advertised.</summary>
    /// <exception cref="TooFewSurvivorsException">Fewer than the threshold advertised.</exception>
    public CollectingShares Close()
    {
        Round.NeedThreshold(Keys.Length, "advertised keys");
        return new CollectingShares(Round, Keys, []);
    }
}

/// <summary>Trainers share their secrets.</summary>
/// <param name="Round">The round.</param>
/// <param name="Keys">The keys that all of them were told.</param>
/// <param name="Shares">So far, in ordinal order of trainers.</param>
public sealed record CollectingShares(SecureRound Round, ImmutableArray<KeyAdvertisement> Keys, ImmutableArray<SharesMessage> Shares)
    : SecureServer(Round)
{
    /// <summary>Takes in a trainer's sealed shares.</summary>
    /// <exception cref="SecureMessageRefusedException">It did not advertise, does not share with exactly the others, or shared otherwise before.</exception>
    public CollectingShares Add(SharesMessage message)
    {
        ArgumentNullException.ThrowIfNull(message);
        var others = Keys.Select(key => key.Trainer).Where(trainer => trainer != message.From).ToList();
        if (others.Count != Keys.Length - 1 || message.Shares.Any(shares => shares.From != message.From)
            || !message.Shares.Select(shares => shares.To).Order(StringComparer.Ordinal).SequenceEqual(others, StringComparer.Ordinal))
        {
            throw new SecureMessageRefusedException($"'{message.From}' does not share with exactly the others that advertised.");
        }

        if (Shares.FirstOrDefault(shares => shares.From == message.From) is not { } known)
        {
            return this with { Shares = Insert(Shares, message, shares => shares.From) };
        }

        return known.Shares.Zip(message.Shares, (left, right) => left.Sealed.AsSpan().SequenceEqual(right.Sealed)).All(same => same)
            ? this
            : throw new SecureMessageRefusedException($"'{message.From}' shared otherwise before.");
    }

    /// <summary>Ends the step.</summary>
    /// <exception cref="TooFewSurvivorsException">Fewer than the threshold shared.</exception>
    public CollectingInputs Close()
    {
        Round.NeedThreshold(Shares.Length, "shared their secrets");
        return new CollectingInputs(Round, Keys, Shares, []);
    }
}
