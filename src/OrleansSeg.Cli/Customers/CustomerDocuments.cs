using OrleansSeg.Customers;
using OrleansSeg.Events;
using OrleansSeg.Segments;

namespace OrleansSeg.Cli.Customers;

/// <summary>An assignment as <c>lookup --json</c> prints it.</summary>
internal sealed record AssignmentDocument(
    string Customer,
    string Segment,
    IReadOnlyDictionary<string, float> Probabilities,
    float? ChurnProbability,
    float? ExpectedValue,
    float? ExpectedValueLow,
    float? ExpectedValueHigh,
    int ModelVersion,
    DateTimeOffset? AssignedAt,
    long EventsSeen,
    bool Stale)
{
    /// <summary>From the grain's answer.</summary>
    public static AssignmentDocument Of(SegmentAssignment assignment) => new(
        assignment.Customer,
        assignment.Segment,
        assignment.Probabilities.IsDefault ? new Dictionary<string, float>() : assignment.Probabilities.ToDictionary(p => p.Segment, p => p.Probability),
        assignment.ChurnProbability,
        assignment.ExpectedValue,
        assignment.ExpectedValueLow,
        assignment.ExpectedValueHigh,
        assignment.ModelVersion,
        assignment.AssignedAt,
        assignment.EventsSeen,
        assignment.Stale);
}

/// <summary>An event as <c>history --json</c> and <c>export</c> print it.</summary>
internal sealed record EventDocument(
    string EventId,
    EventType Type,
    DateTimeOffset Timestamp,
    string? OrderId,
    string? Item,
    string? Category,
    decimal? Quantity,
    decimal? UnitPrice,
    string? Currency,
    float? Rating,
    string? Channel,
    string? Text,
    DateTimeOffset RecordedAt,
    bool Backfilled)
{
    /// <summary>From the event.</summary>
    public static EventDocument Of(BehaviourEvent e) => new(
        e.EventId, e.Type, e.Timestamp, e.OrderId, e.Item, e.Category, e.Quantity, e.UnitPrice, e.Currency, e.Rating, e.Channel, e.Text, e.RecordedAt, e.Backfilled);
}

/// <summary>One customer's data, portable: everything that is stored of them.</summary>
internal sealed record CustomerExport(
    string Site,
    string Customer,
    DateTimeOffset ExportedAt,
    IReadOnlyDictionary<string, string> Attributes,
    IReadOnlyDictionary<ConsentPurpose, bool> Consents,
    AssignmentDocument Assignment,
    IReadOnlyList<EventDocument> Events);
