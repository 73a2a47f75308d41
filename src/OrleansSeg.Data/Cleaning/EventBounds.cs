using OrleansSeg.Data.Import;
using OrleansSeg.Events;

namespace OrleansSeg.Data.Cleaning;

/// <summary>The reason under which a broken bound of <see cref="EventLimits"/> is counted.</summary>
internal static class EventBounds
{
    /// <summary>One of <see cref="RejectionReasons"/>.</summary>
    public static string ReasonOf(EventProblem problem) => problem.Field switch
    {
        "timestamp" => RejectionReasons.ImpossibleTime,
        "quantity" or "unitPrice" => RejectionReasons.NumberOutOfRange,
        "rating" => RejectionReasons.BadNumber,
        "type" => RejectionReasons.BadEventType,
        "currency" => RejectionReasons.BadCurrency,
        _ => RejectionReasons.TooLong,
    };
}
