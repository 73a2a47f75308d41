using System.Collections.Frozen;

namespace OrleansSeg.Model.Text.Tokenization;

/// <summary>Tokens beside a vocabulary's own that are recognized as they stand in a text.</summary>
/// <param name="Ids">Their ids by content.</param>
/// <param name="SpaceBefore">Contents that take the spaces before them along, so that these are no token: RoBERTa's mask.</param>
internal sealed record AddedTokens(IReadOnlyDictionary<string, int> Ids, IReadOnlySet<string> SpaceBefore)
{
    /// <summary>None.</summary>
    public static AddedTokens None { get; } = new(FrozenDictionary<string, int>.Empty, FrozenSet<string>.Empty);

    /// <summary>None but what every RoBERTa has where its files do not say.</summary>
    public static AddedTokens Roberta { get; } = None with { SpaceBefore = FrozenSet.Create(StringComparer.Ordinal, "<mask>") };

    /// <summary>The largest id; -1 without any.</summary>
    public int IdMax => Ids.Values.DefaultIfEmpty(-1).Max();
}
