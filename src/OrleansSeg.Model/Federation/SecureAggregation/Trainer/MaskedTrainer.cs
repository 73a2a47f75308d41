using System.Collections.Immutable;
using OrleansSeg.Model.Federation.SecureAggregation.Messages;

namespace OrleansSeg.Model.Federation.SecureAggregation.Trainer;

/// <summary>The trainer has masked its vector. Its own secrets are gone; it holds shares of everybody's.</summary>
/// <param name="Round">The round.</param>
/// <param name="Trainer">Its id.</param>
/// <param name="Held">Shares of all that shared, its own among them, in ordinal order.</param>
/// <param name="SentHash">Hash of the masked vector it sent; see <see cref="MaskedInput.Hash"/>.</param>
public sealed record MaskedTrainer(SecureRound Round, string Trainer, ImmutableArray<HeldShares> Held, string SentHash)
    : SecureTrainer(Round, Trainer)
{
    /// <summary>Answers whose masks are to be taken out: of every trainer one share or the other, and never both.</summary>
    /// <returns>The next state, which holds the answer and no share besides.</returns>
    /// <exception cref="SecureMessageRefusedException">
    /// Both secrets of one trainer are asked for, or not exactly one of each that shared, or this trainer is said to have dropped out.
    /// </exception>
    /// <exception cref="TooFewSurvivorsException">Fewer than the threshold survived: their sum would tell too much of each.</exception>
    public RevealedTrainer Reveal(UnmaskRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        var asked = request.Survivors.Concat(request.DroppedOut).ToList();
        if (request.Survivors.FirstOrDefault(request.DroppedOut.Contains) is { } both)
        {
            throw new SecureMessageRefusedException($"Both secrets of '{both}' are asked for: together they would unmask its vector.");
        }

        if (!asked.Order(StringComparer.Ordinal).SequenceEqual(Held.Select(shares => shares.Of), StringComparer.Ordinal))
        {
            throw new SecureMessageRefusedException("The request does not name every trainer that shared exactly once.");
        }

        if (!request.Survivors.Contains(Trainer))
        {
            throw new SecureMessageRefusedException($"'{Trainer}' is said to have dropped out, and so has no part in the sum.");
        }

        Round.NeedThreshold(request.Survivors.Length, "sent a masked vector");
        return new RevealedTrainer(Round, Trainer, request, new UnmaskReply(
            Trainer,
            [.. Held.Where(shares => request.Survivors.Contains(shares.Of)).Select(shares => new RevealedShare(shares.Of, shares.Seed))],
            [.. Held.Where(shares => request.DroppedOut.Contains(shares.Of)).Select(shares => new RevealedShare(shares.Of, shares.MaskKey))]));
    }
}

/// <summary>The trainer has revealed what it may. It can send its answer again, and answer nothing else.</summary>
/// <param name="Round">The round.</param>
/// <param name="Trainer">Its id.</param>
/// <param name="Request">What it answered.</param>
/// <param name="Sent">Its answer.</param>
public sealed record RevealedTrainer(SecureRound Round, string Trainer, UnmaskRequest Request, UnmaskReply Sent) : SecureTrainer(Round, Trainer)
{
    /// <summary>The answer once more, if the request is the one that was answered.</summary>
    /// <exception cref="SecureMessageRefusedException">It is another request: a second answer could give away both secrets of one trainer.</exception>
    public UnmaskReply Again(UnmaskRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return request.Survivors.Order(StringComparer.Ordinal).SequenceEqual(Request.Survivors.Order(StringComparer.Ordinal), StringComparer.Ordinal)
            && request.DroppedOut.Order(StringComparer.Ordinal).SequenceEqual(Request.DroppedOut.Order(StringComparer.Ordinal), StringComparer.Ordinal)
            ? Sent
            : throw new SecureMessageRefusedException($"'{Trainer}' has answered another request; both answers could unmask a vector.");
    }
}
