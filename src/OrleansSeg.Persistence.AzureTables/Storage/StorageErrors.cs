using Azure;
using Azure.Identity;

namespace OrleansSeg.Persistence.AzureTables;

/// <summary>What an answer of Azure Storage means to a caller.</summary>
internal static class StorageErrors
{
    /// <summary>The service's code for a table that does not exist, which comes with the status of a row that does not.</summary>
    public const string TableNotFound = nameof(TableNotFound);

    /// <summary>Whether another writer was first: the row is changed, there already, or gone. Orleans counts 501 to these.</summary>
    public static bool IsContention(RequestFailedException exception) =>
        exception.Status is 412 or 409 or 404 or 501 && exception.ErrorCode != TableNotFound;

    /// <summary>Whether the same request may succeed later.</summary>
    public static bool IsTransient(RequestFailedException exception) => exception.Status is 0 or 408 or 429 or >= 500 and not 501;

    /// <summary>The exception for callers, or null to let this one through: contention, a caller's own cancellation, and mistakes of ours.</summary>
    /// <param name="exception">What Azure's client threw.</param>
    /// <param name="what">What was attempted, such as <c>write of a row in OrleansGrainState</c>.</param>
    /// <param name="settings">The settings that a refused credential comes from.</param>
    /// <param name="callerCancelled">Whether the caller asked to stop.</param>
    public static Exception? Translate(Exception exception, string what, string settings, bool callerCancelled) => exception switch
    {
        RequestFailedException failed when IsContention(failed) => null,
        RequestFailedException failed when IsTransient(failed) => Unavailable(what, Describe(failed), failed),
        RequestFailedException { Status: 401 or 403 } failed => Refused($"The {what} was refused: {Describe(failed)}. Check {settings}.", failed),
        RequestFailedException failed => Refused($"The {what} was refused: {Describe(failed)}.", failed),
        AuthenticationFailedException failed => Refused($"The {what} was not tried: no credential was obtained. Check {settings}.", failed),
        AggregateException { InnerExceptions: [.., RequestFailedException last] } failed => Unavailable(what, Describe(last), failed),
        AggregateException failed => Unavailable(what, "no answer came in time", failed),
        OperationCanceledException failed when !callerCancelled => Unavailable(what, "no answer came in time", failed),
        IOException and not StoreUnavailableException => Unavailable(what, "the connection broke", exception),
        _ => null,
    };

    private static StoreRefusedException Refused(string message, Exception inner) => new(message, inner);

    private static StoreUnavailableException Unavailable(string what, string how, Exception inner) => new($"The {what} failed: {how}.", inner);

    // The message of Azure's exception repeats headers and bodies, so only the codes are passed on.
    private static string Describe(RequestFailedException exception) => exception.Status == 0
        ? "the service cannot be reached"
        : $"{exception.Status} {exception.ErrorCode}".TrimEnd();
}
