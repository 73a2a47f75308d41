using System.Globalization;
using Microsoft.Data.Sqlite;
using OrleansSeg.Cli.Output;
using OrleansSeg.Events;

namespace OrleansSeg.Cli.Bench;

/// <summary>The yardstick of durable writes: one connection that inserts events into one table, so many in a transaction, each synced.</summary>
internal sealed class RawInserts : IDisposable
{
    private readonly SqliteConnection _connection;
    private long _next;

    /// <summary>Makes the file, with the journal and the sync that the embedded store has.</summary>
    public RawInserts(string folder)
    {
        _connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = Path.Combine(folder, "raw.db"), Pooling = false }.ToString());
        _connection.Open();
        using var command = _connection.CreateCommand();
        command.CommandText =
            """
            PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 4000;
            CREATE TABLE event (customer TEXT NOT NULL, id TEXT NOT NULL, data BLOB NOT NULL, PRIMARY KEY (customer, id));
            """;
        command.ExecuteNonQuery();
    }

    /// <summary>Inserts for a while.</summary>
    /// <param name="duration">After it no transaction begins.</param>
    /// <param name="batchSize">Events in a transaction, at least 1.</param>
    /// <param name="example">What an event holds.</param>
    /// <returns>Events per second.</returns>
    public double Run(TimeSpan duration, int batchSize, BehaviourEvent example)
    {
        var data = System.Text.Encoding.UTF8.GetBytes(VerbOutput.ToLine(example));
        using var insert = _connection.CreateCommand();
        insert.CommandText = "INSERT INTO event (customer, id, data) VALUES ($customer, $id, $data)";
        var customer = insert.Parameters.Add("$customer", SqliteType.Text);
        var id = insert.Parameters.Add("$id", SqliteType.Text);
        insert.Parameters.Add("$data", SqliteType.Blob).Value = data;
        var began = TimeProvider.System.GetTimestamp();
        var count = 0L;
        while (TimeProvider.System.GetElapsedTime(began) < duration)
        {
            using var transaction = _connection.BeginTransaction();
            insert.Transaction = transaction;
            for (var i = 0; i < batchSize; i++)
            {
                customer.Value = BenchEvents.CustomerId((int)(_next % 1_000));
                id.Value = string.Create(CultureInfo.InvariantCulture, $"e{_next++}");
                insert.ExecuteNonQuery();
            }

            transaction.Commit();
            count += batchSize;
        }

        return count / TimeProvider.System.GetElapsedTime(began).TotalSeconds;
    }

    /// <inheritdoc />
    public void Dispose() => _connection.Dispose();
}
