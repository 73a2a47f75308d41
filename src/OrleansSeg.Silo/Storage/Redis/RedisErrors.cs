using StackExchange.Redis;

namespace OrleansSeg.Silo.Storage.Redis;

/// <summary>What exceptions of StackExchange.Redis, and of Orleans' providers over it, mean.</summary>
internal static class RedisErrors
{
    // The server is there and will take commands later.
    private static readonly string[] Passing = ["LOADING", "BUSY", "MASTERDOWN", "TRYAGAIN", "CLUSTERDOWN"];

    private static readonly string[] Refusing = ["NOAUTH", "WRONGPASS", "NOPERM"];

    /// <summary>Whether the server may answer the same question later.</summary>
    public static bool IsPassing(Exception exception) => exception switch
    {
        RedisConnectionException { FailureType: ConnectionFailureType.AuthenticationFailure } => false,
        RedisConnectionException failed => !Refusing.Any(word => failed.Message.Contains(word, StringComparison.Ordinal)),
        RedisTimeoutException or TimeoutException => true,
        RedisServerException failed => Passing.Any(word => failed.Message.StartsWith(word, StringComparison.Ordinal)),
        _ => false,
    };

    /// <summary>One sentence without secrets.</summary>
    public static string Describe(Exception exception) => exception switch
    {
        RedisConnectionException { FailureType: ConnectionFailureType.AuthenticationFailure } => "the user or the password is wrong.",
        RedisConnectionException failed when Refusing.Any(word => failed.Message.Contains(word, StringComparison.Ordinal)) => "the user or the password is wrong.",
        RedisConnectionException failed => $"it cannot be reached ({failed.FailureType}).",
        RedisTimeoutException or TimeoutException => "no answer came in time.",
        _ => $"{exception.Message.Split('\n')[0].TrimEnd('.', '\r')}.",
    };
}
