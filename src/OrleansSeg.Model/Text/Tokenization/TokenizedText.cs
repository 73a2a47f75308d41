namespace OrleansSeg.Model.Text.Tokenization;

/// <summary>Which characters a token stands for.</summary>
/// <param name="Part">0 for the text, 1 for the second of a pair, -1 for a token that stands for nothing, such as a separator.</param>
/// <param name="Start">First UTF-16 unit in that text.</param>
/// <param name="End">The unit after its last; at least <paramref name="Start"/>.</param>
public readonly record struct TokenSpan(int Part, int Start, int End)
{
    /// <summary>Of a token that stands for no characters.</summary>
    public static TokenSpan None { get; } = new(-1, 0, 0);
}

/// <summary>A text, or a pair, as a model reads it. T tokens.</summary>
/// <param name="Ids">(T) token ids, with special tokens.</param>
/// <param name="Types">(T) 0, and 1 for the second text of a pair where the model has types.</param>
/// <param name="Spans">(T) the characters of each token.</param>
public sealed record TokenizedText(int[] Ids, int[] Types, TokenSpan[] Spans);

/// <summary>A token before special ones are put around it.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Start">First UTF-16 unit in the text.</param>
/// <param name="End">The unit after its last.</param>
internal readonly record struct Token(int Id, int Start, int End);
