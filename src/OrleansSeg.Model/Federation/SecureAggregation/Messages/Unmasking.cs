using System.Collections.Immutable;

namespace OrleansSeg.Model.Federation.SecureAggregation.Messages;

/// <summary>The server's question after the deadline: whose self-mask, and whose pairwise masks, are to be taken out.</summary>
/// <param name="Survivors">Trainers whose masked vector is in the sum; ordinal order. Shares of their seeds are asked for.</param>
/// <param name="DroppedOut">Trainers that shared and then sent no vector; ordinal order. Shares of their mask keys are asked for.</param>
public sealed record UnmaskRequest(ImmutableArray<string> Survivors, ImmutableArray<string> DroppedOut);

/// <summary>A survivor's answer: one share of each trainer asked for.</summary>
/// <param name="From">The survivor.</param>
/// <param name="Seeds">Shares of the survivors' seeds.</param>
/// <param name="MaskKeys">Shares of the mask keys of those that dropped out.</param>
public sealed record UnmaskReply(string From, ImmutableArray<RevealedShare> Seeds, ImmutableArray<RevealedShare> MaskKeys);

/// <summary>One share, revealed.</summary>
/// <param name="Of">Whose secret.</param>
/// <param name="Share">32 bytes.</param>
public sealed record RevealedShare(string Of, byte[] Share);
