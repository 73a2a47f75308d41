namespace OrleansSeg.Events;

/// <summary>A labelled stretch of a text.</summary>
/// <param name="Start">First UTF-16 unit.</param>
/// <param name="End">The unit after its last.</param>
/// <param name="Label">The label.</param>
/// <param name="Probability">How sure the model is: the mean over its words.</param>
public readonly record struct TagSpan(int Start, int End, string Label, float Probability);
