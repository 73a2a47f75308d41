using Microsoft.Data.Sqlite;

namespace OrleansSeg.Persistence.Sqlite;

/// <summary>The prepared statements of the writer's connection; used by its loop alone.</summary>
internal sealed class SqliteStatements : IDisposable
{
    private readonly SqliteConnection _connection;
    private readonly SqliteCommand _begin;
    private readonly SqliteCommand _commit;
    private readonly SqliteCommand _rollBack;
    private readonly Dictionary<string, SqliteCommand> _prepared = [];

    public SqliteStatements(SqliteConnection connection)
    {
        _connection = connection;
        _begin = Prepare("BEGIN IMMEDIATE");
        _commit = Prepare("COMMIT");
        _rollBack = Prepare("ROLLBACK");
    }

    public void Begin() => _begin.ExecuteNonQuery();

    public void Commit() => _commit.ExecuteNonQuery();

    public void RollBackQuietly()
    {
        try
        {
            _rollBack.ExecuteNonQuery();
        }
        catch (SqliteException)
        {
            // SQLite has rolled back by itself after a full disk or an I/O error.
        }
    }

    /// <summary>Executes a statement and returns how many rows it changed.</summary>
    public int Execute(string sql, params ReadOnlySpan<(string Name, object Value)> values)
    {
        if (!_prepared.TryGetValue(sql, out var command))
        {
            command = Prepare(sql);
            foreach (var (name, value) in values)
            {
                command.Parameters.AddWithValue(name, value);
            }

            command.Prepare();
            _prepared.Add(sql, command);
        }

        foreach (var (name, value) in values)
        {
            command.Parameters[name].Value = value;
        }

        return command.ExecuteNonQuery();
    }

    public void Dispose()
    {
        foreach (var command in _prepared.Values.Append(_begin).Append(_commit).Append(_rollBack))
        {
            command.Dispose();
        }
    }

    private SqliteCommand Prepare(string sql)
    {
        var command = _connection.CreateCommand();
#pragma warning disable CA2100 // Every text is a constant of this project.
        command.CommandText = sql;
#pragma warning restore CA2100
        return command;
    }
}
