using System.Collections.Immutable;

namespace OrleansSeg.Model.Federation.SecureAggregation.Messages;

/// <summary>One trainer's shares, sealed to another.</summary>
/// <param name="From">Whose secrets are shared.</param>
/// <param name="To">Who can open it.</param>
/// <param name="Sealed">Nonce, ciphertext and tag.</param>
public sealed record SealedShares(string From, string To, byte[] Sealed);

/// <summary>All that a trainer shares, to the server.</summary>
/// <param name="From">The trainer.</param>
/// <param name="Shares">One for every other trainer whose keys it was told, in ordinal order.</param>
public sealed record SharesMessage(string From, ImmutableArray<SealedShares> Shares);

/// <summary>What the server passes on to one trainer: the shares that others sealed to it.</summary>
/// <param name="To">The trainer.</param>
/// <param name="Shares">One from every other trainer that shared, in ordinal order.</param>
public sealed record ShareDelivery(string To, ImmutableArray<SealedShares> Shares);

/// <summary>Shares of one trainer's two secrets, opened. Never leaves the trainer that holds them but one by one, in a reveal.</summary>
/// <param name="Of">Whose secrets.</param>
/// <param name="MaskKey">Share of its private mask key.</param>
/// <param name="Seed">Share of its self-mask seed.</param>
public sealed record HeldShares(string Of, byte[] MaskKey, byte[] Seed);
