using OrleansSeg.Persistence.Sqlite;

namespace OrleansSeg.Cli.Sessions;

/// <summary>Another process holds the data directory.</summary>
internal sealed class DirectoryHeldException(string directory, DirectoryHolder? holder) : Exception(
    holder is null
        ? $"The data directory {directory} is held by another process that has not said who it is; try again in a moment."
        : $"The data directory {directory} is held by process {holder.ProcessId} (orleansseg {holder.Verb}, since {holder.StartedAt:u}); wait for it or stop it.");
