namespace OrleansSeg.Model.Text.Classification;

/// <summary>A text with the one label that somebody gave it.</summary>
/// <param name="Text">The text.</param>
/// <param name="Label">The label.</param>
public sealed record LabelledText(string Text, string Label)
{
    /// <summary>What else is known, column by column; the same columns for every text.</summary>
    public IReadOnlyList<string> Beside { get; init; } = [];
}
