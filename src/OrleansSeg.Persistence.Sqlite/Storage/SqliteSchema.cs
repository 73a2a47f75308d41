using Microsoft.Data.Sqlite;

namespace OrleansSeg.Persistence.Sqlite;

/// <summary>The tables of the store and their version.</summary>
internal static class SqliteSchema
{
    public const int Version = 1;

    private const string CreateTables =
        """
        CREATE TABLE grain_state (
            service  TEXT NOT NULL,
            state    TEXT NOT NULL,
            grain    TEXT NOT NULL,
            etag     INTEGER NOT NULL,
            data     BLOB NOT NULL,
            modified INTEGER NOT NULL,
            UNIQUE (service, state, grain));
        CREATE TABLE reminder (
            service  TEXT NOT NULL,
            grain    TEXT NOT NULL,
            name     TEXT NOT NULL,
            hash     INTEGER NOT NULL,
            start_at INTEGER NOT NULL,
            period   INTEGER NOT NULL,
            etag     TEXT NOT NULL,
            PRIMARY KEY (service, grain, name));
        CREATE INDEX reminder_by_hash ON reminder (service, hash);
        """;

    /// <summary>Creates the tables in a new file, or checks that an old one is of this version.</summary>
    /// <exception cref="StoreUnavailableException">The file was written by a later version.</exception>
    public static void Prepare(SqliteConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "PRAGMA user_version";
        var found = Convert.ToInt32(command.ExecuteScalar(), System.Globalization.CultureInfo.InvariantCulture);
        if (found > Version)
        {
            throw new StoreUnavailableException(
                $"The store has schema version {found}; this build knows versions up to {Version}. Use the build that wrote it.", null);
        }

        if (found == Version)
        {
            return;
        }

        using var transaction = connection.BeginTransaction();
        command.Transaction = transaction;
        command.CommandText = CreateTables;
        command.ExecuteNonQuery();
        command.CommandText = $"PRAGMA user_version = {Version}";
        command.ExecuteNonQuery();
        transaction.Commit();
    }
}
