using System.Net.Sockets;
using Npgsql;

namespace OrleansSeg.Silo.Storage.Postgres;

/// <summary>What Npgsql's exceptions mean.</summary>
internal static class PostgresErrors
{
    /// <summary>The server stops or starts: its class of codes, of which Npgsql counts only some as passing.</summary>
    private const string OperatorIntervention = "57P";

    /// <summary>Whether the server may answer the same question later.</summary>
    public static bool IsPassing(Exception exception) => exception switch
    {
        PostgresException { SqlState: var code } failed => failed.IsTransient || code.StartsWith(OperatorIntervention, StringComparison.Ordinal),
        NpgsqlException failed => failed.IsTransient || failed.InnerException is SocketException or IOException or TimeoutException,
        TimeoutException or IOException or SocketException => true,
        _ => false,
    };

    /// <summary>One sentence without secrets.</summary>
    public static string Describe(Exception exception) => exception switch
    {
        PostgresException failed => $"{failed.SqlState} {failed.MessageText}.",
        NpgsqlException { InnerException: SocketException socket } => $"{socket.Message}.",
        NpgsqlException { InnerException: TimeoutException } or TimeoutException => "no answer came in time.",
        NpgsqlException { InnerException: IOException } => "the connection broke.",
        _ => $"{exception.Message.TrimEnd('.')}.",
    };
}
