using System.Collections.Immutable;
using System.Numerics.Tensors;

namespace OrleansSeg.Model.Text.Tagging;

/// <summary>A text as a tagger reads it.</summary>
/// <param name="Words">Where its words are.</param>
/// <param name="Parts">What one pass each can read; none for a text without a token.</param>
public sealed record TextLayout(ImmutableArray<WordPlace> Words, ImmutableArray<TextPart> Parts);

/// <summary>A part of a text, laid out for one pass.</summary>
public sealed class TextPart
{
    internal TextPart(WordTokens tokens) => Tokens = tokens;

    /// <summary>Its tokens, special ones included.</summary>
    public int Length => Tokens.Ids.Length;

    internal WordTokens Tokens { get; }
}

/// <summary>What was told of a part's words.</summary>
public sealed class TextPartLabels
{
    internal TextPartLabels(ImmutableArray<WordLabel> words) => Words = words;

    internal ImmutableArray<WordLabel> Words { get; }
}

/// <summary>What a word was told to be.</summary>
/// <param name="Word">Index of the word in its text.</param>
/// <param name="Label">Id of its label.</param>
/// <param name="Probability">How sure the model is.</param>
internal readonly record struct WordLabel(int Word, int Label, float Probability)
{
    public static WordLabel Of(int word, ReadOnlySpan<float> chances)
    {
        var best = TensorPrimitives.IndexOfMax(chances);
        return new WordLabel(word, best, chances[best]);
    }
}
