using System.Text;

namespace OrleansSeg.Events;

/// <summary>Checks one event against <see cref="EventLimits"/>.</summary>
public static class EventValidator
{
    /// <summary>Returns the first problem found, or null when the event is sound.</summary>
    /// <param name="candidate">The event to check.</param>
    /// <param name="now">This system's clock: later times than <paramref name="now"/> plus the skew are refused.</param>
    public static EventProblem? FindProblem(BehaviourEvent candidate, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(candidate);
        return FindIdentityProblem(candidate)
            ?? FindTimeProblem(candidate, now)
            ?? FindNumberProblem(candidate)
            ?? FindTextProblem(candidate);
    }

    private static EventProblem? FindIdentityProblem(BehaviourEvent e)
    {
        if (string.IsNullOrEmpty(e.EventId) || e.EventId.Length > EventLimits.EventIdLengthMax)
        {
            return Problem(e, "eventId", $"must have 1 to {EventLimits.EventIdLengthMax} characters, has {e.EventId?.Length ?? 0}");
        }

        return Enum.IsDefined(e.Type) && e.Type != EventType.None
            ? null
            : Problem(e, "type", $"'{e.Type}' is not an event type");
    }

    private static EventProblem? FindTimeProblem(BehaviourEvent e, DateTimeOffset now)
    {
        if (e.Timestamp < EventLimits.TimestampMin || e.Timestamp >= EventLimits.TimestampMax)
        {
            return Problem(e, "timestamp", $"{e.Timestamp:O} is not between 1990 and 2100");
        }

        return e.Timestamp > now + EventLimits.ClockSkewMax
            ? Problem(e, "timestamp", $"{e.Timestamp:O} is in the future")
            : null;
    }

    private static EventProblem? FindNumberProblem(BehaviourEvent e)
    {
        if (e.Quantity is < 0 or > EventLimits.AmountMax)
        {
            return Problem(e, "quantity", $"{e.Quantity} is not between 0 and {EventLimits.AmountMax}");
        }

        if (e.UnitPrice is < 0 or > EventLimits.AmountMax)
        {
            return Problem(e, "unitPrice", $"{e.UnitPrice} is not between 0 and {EventLimits.AmountMax}");
        }

        return e.Rating is { } rating && !float.IsFinite(rating)
            ? Problem(e, "rating", $"{rating} is not a finite number")
            : null;
    }

    private static EventProblem? FindTextProblem(BehaviourEvent e)
    {
        if (e.Text is { } text && Encoding.UTF8.GetByteCount(text) > EventLimits.TextBytesMax)
        {
            return Problem(e, "text", $"is longer than {EventLimits.TextBytesMax} bytes");
        }

        if (e.Currency is { Length: not 3 })
        {
            return Problem(e, "currency", $"'{e.Currency}' is not a three-letter ISO 4217 code");
        }

        return TooLong(e, "orderId", e.OrderId)
            ?? TooLong(e, "item", e.Item)
            ?? TooLong(e, "category", e.Category)
            ?? TooLong(e, "channel", e.Channel);
    }

    private static EventProblem? TooLong(BehaviourEvent e, string field, string? value) =>
        value is { Length: > EventLimits.LabelLengthMax }
            ? Problem(e, field, $"has {value.Length} characters, at most {EventLimits.LabelLengthMax} are kept")
            : null;

    private static EventProblem Problem(BehaviourEvent e, string field, string reason) => new(e.EventId ?? "", field, reason);
}
