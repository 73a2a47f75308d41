namespace OrleansSeg.Persistence.Sqlite;

/// <summary>The process that holds a data directory.</summary>
/// <param name="ProcessId">Its process id.</param>
/// <param name="Verb">What it is doing, such as <c>serve</c> or <c>import</c>.</param>
/// <param name="StartedAt">When it took the directory.</param>
/// <param name="GatewayPort">Port where clients connect, or null while it has none.</param>
public sealed record DirectoryHolder(int ProcessId, string Verb, DateTimeOffset StartedAt, int? GatewayPort);
