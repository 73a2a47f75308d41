namespace OrleansSeg.Data.Import;

/// <summary>One rejected row, to show to people.</summary>
/// <param name="Row">Where it begins: the line in a text file (the header is line 1), the position from 1 in Parquet.</param>
/// <param name="Field">The field at fault, or <c>row</c>.</param>
/// <param name="Reason">What was expected and what was found, in words.</param>
/// <param name="Code">The reason as it is counted, one of <see cref="RejectionReasons"/>.</param>
public sealed record RejectedExample(long Row, string Field, string Reason, string Code);
