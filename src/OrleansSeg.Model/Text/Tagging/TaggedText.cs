using System.Collections.Immutable;

namespace OrleansSeg.Model.Text.Tagging;

/// <summary>A text whose words somebody labelled.</summary>
/// <param name="Text">The text.</param>
/// <param name="Words">Where its words are, in order and without overlap.</param>
/// <param name="Spans">The labelled runs of words, in order and without overlap; words in none are outside.</param>
public sealed record TaggedText(string Text, ImmutableArray<WordPlace> Words, ImmutableArray<WordSpan> Spans);

/// <summary>Where a word is in its text.</summary>
/// <param name="Start">First UTF-16 unit.</param>
/// <param name="End">The unit after its last; above <paramref name="Start"/>.</param>
public readonly record struct WordPlace(int Start, int End);

/// <summary>A run of words with one label.</summary>
/// <param name="First">Index of its first word.</param>
/// <param name="Last">Index of its last word, itself in the run.</param>
/// <param name="Label">The label.</param>
public readonly record struct WordSpan(int First, int Last, string Label);
