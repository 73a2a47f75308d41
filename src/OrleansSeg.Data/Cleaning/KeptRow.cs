namespace OrleansSeg.Data.Cleaning;

/// <summary>What the report wants to know of a kept row beside its event.</summary>
internal readonly record struct KeptRow
{
    /// <summary>Hash of the customer.</summary>
    public required UInt128 Customer { get; init; }

    /// <summary>One bit for each mapped field that is missing.</summary>
    public required uint MissingMask { get; init; }

    /// <summary>Whether the file has said the same before.</summary>
    public required bool IsRepeat { get; init; }

    /// <summary>Whether the line is postage, a fee or a correction.</summary>
    public required bool IsNotAProduct { get; init; }

    /// <summary>Whether a return follows its purchase; null for other events.</summary>
    public required bool? ReturnMatched { get; init; }
}
