using OrleansSeg.Events;

namespace OrleansSeg.Model.Features;

/// <summary>One step of the customer sequence: an order's lines, or a day's events of one type, folded into one.</summary>
public sealed record SequenceToken
{
    /// <summary>What was done.</summary>
    public required EventType Type { get; init; }

    /// <summary>When the step's last event happened, UTC.</summary>
    public required DateTimeOffset Timestamp { get; init; }

    /// <summary>How many events were folded into the step, at least 1.</summary>
    public required int EventCount { get; init; }

    /// <summary>Units over the folded events.</summary>
    public required float Quantity { get; init; }

    /// <summary>Gross amount over the folded events, in the site's currency.</summary>
    public required float Amount { get; init; }

    /// <summary>Mean rating, NaN when none was given.</summary>
    public required float Rating { get; init; }

    /// <summary>The category with the largest amount, or null.</summary>
    public string? Category { get; init; }

    /// <summary>Texts of the lines with the largest amounts, at most 4, distinct.</summary>
    public required string[] Texts { get; init; }
}
