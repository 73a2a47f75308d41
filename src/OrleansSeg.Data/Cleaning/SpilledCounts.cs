using Microsoft.Data.Sqlite;

namespace OrleansSeg.Data.Cleaning;

/// <summary>Entries of a <see cref="HashCountTable"/> that memory had no room for: a temporary SQLite file behind a filter.</summary>
/// <remarks>
/// The filter answers "never stored" without touching the file: for 20 million hashes in about 99 of 100 cases, fewer beyond. SQLite
/// puts the file where <c>SQLITE_TMPDIR</c> or <c>TMPDIR</c> say, and unlinks it at once.
/// </remarks>
internal sealed class SpilledCounts : IDisposable
{
    private const int FilterBits = 28;

    private readonly ulong[] _filter = new ulong[1 << (FilterBits - 6)];
    private readonly SqliteConnection _connection;
    private readonly SqliteCommand _get;
    private readonly SqliteParameter _getHigh;
    private readonly SqliteParameter _getLow;

    public SpilledCounts()
    {
        // An empty name is SQLite's own private temporary database.
        _connection = new SqliteConnection("Data Source=;Pooling=False");
        _connection.Open();
        Execute("PRAGMA cache_size=-16384");
        Execute("PRAGMA journal_mode=OFF");
        Execute("PRAGMA synchronous=OFF");
        Execute("CREATE TABLE counts (high INTEGER, low INTEGER, value INTEGER, PRIMARY KEY (high, low)) WITHOUT ROWID");
        _get = _connection.CreateCommand();
        _get.CommandText = "SELECT value FROM counts WHERE high = $high AND low = $low";
        _getHigh = _get.Parameters.Add("$high", SqliteType.Integer);
        _getLow = _get.Parameters.Add("$low", SqliteType.Integer);
        _get.Prepare();
    }

    /// <summary>The stored value of a hash.</summary>
    public bool TryGet(ulong high, ulong low, out int value)
    {
        value = 0;
        if (!MayHold(high, low))
        {
            return false;
        }

        (_getHigh.Value, _getLow.Value) = ((long)high, (long)low);
        if (_get.ExecuteScalar() is not long stored)
        {
            return false;
        }

        value = (int)stored;
        return true;
    }

    /// <summary>Stores every used slot; a hash that is stored already takes the new value.</summary>
    public void Store(ulong[] high, ulong[] low, int[] values)
    {
        // In the order of the key, so that each page of the file is written once.
        var order = Enumerable.Range(0, high.Length).Where(i => (high[i] | low[i]) != 0).ToArray();
        Array.Sort(order, (a, b) => ((long)high[a], (long)low[a]).CompareTo(((long)high[b], (long)low[b])));
        using var transaction = _connection.BeginTransaction();
        using var put = _connection.CreateCommand();
        put.Transaction = transaction;
        put.CommandText = "INSERT INTO counts VALUES ($high, $low, $value) ON CONFLICT DO UPDATE SET value = excluded.value";
        var putHigh = put.Parameters.Add("$high", SqliteType.Integer);
        var putLow = put.Parameters.Add("$low", SqliteType.Integer);
        var putValue = put.Parameters.Add("$value", SqliteType.Integer);
        put.Prepare();
        foreach (var i in order)
        {
            (putHigh.Value, putLow.Value, putValue.Value) = ((long)high[i], (long)low[i], (long)values[i]);
            put.ExecuteNonQuery();
            Remember(high[i], low[i]);
        }

        transaction.Commit();
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _get.Dispose();
        _connection.Dispose();
    }

    private bool MayHold(ulong high, ulong low)
    {
        for (var probe = 0; probe < 4; probe++)
        {
            var bit = Bit(high, low, probe);
            if ((_filter[bit >> 6] >> (int)(bit & 63) & 1) == 0)
            {
                return false;
            }
        }

        return true;
    }

    private void Remember(ulong high, ulong low)
    {
        for (var probe = 0; probe < 4; probe++)
        {
            var bit = Bit(high, low, probe);
            _filter[bit >> 6] |= 1UL << (int)(bit & 63);
        }
    }

    private static ulong Bit(ulong high, ulong low, int probe) => (high + ((ulong)probe * (low | 1))) >> (64 - FilterBits);

    private void Execute(string sql)
    {
        using var command = _connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
