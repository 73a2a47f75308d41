using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;

namespace OrleansSeg.Persistence.Sqlite;

/// <summary>The database file: one writer that commits in groups, and readers that never wait for it.</summary>
/// <remarks>WAL with <c>synchronous = FULL</c>: a commit is on the disk before any of its writes is acknowledged.</remarks>
public sealed class SqliteStore : IAsyncDisposable
{
    /// <summary>Name of the database file in its folder.</summary>
    public const string FileName = "orleansseg.db";

    private readonly ConcurrentBag<SqliteConnection> _idleReaders = [];
    private readonly string _readConnectionString;
    private readonly SqliteWriter _writer;

    /// <summary>Opens the store, creating folder, file and tables where they are missing.</summary>
    /// <exception cref="StoreUnavailableException">The file cannot be opened, or a later version wrote it.</exception>
    public SqliteStore(SqliteStoreOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        FilePath = Path.Combine(options.Directory, FileName);
        _readConnectionString = ConnectionString(SqliteOpenMode.ReadOnly);
        try
        {
            Directory.CreateDirectory(options.Directory);
            _writer = new SqliteWriter(OpenForWriting(options), options);
        }
        catch (Exception exception) when (exception is SqliteException or UnauthorizedAccessException)
        {
            throw new StoreUnavailableException($"The store '{FilePath}' cannot be opened: {exception.Message}", exception);
        }
    }

    /// <summary>Full path of the database file.</summary>
    public string FilePath { get; }

    /// <summary>Runs one write in the next group commit.</summary>
    /// <param name="write">What to execute inside the transaction; its own refusal is a result, not an exception.</param>
    /// <param name="cancellationToken">Stops the wait for a place in the queue; an enqueued write is carried out.</param>
    /// <exception cref="StoreUnavailableException">The commit failed; nothing of the group is stored.</exception>
    internal Task<TResult> WriteAsync<TResult>(Func<SqliteStatements, TResult> write, CancellationToken cancellationToken) =>
        _writer.EnqueueAsync(write, cancellationToken);

    /// <summary>Reads on a connection of its own: a snapshot of what is committed.</summary>
    internal TResult Read<TResult>(Func<SqliteConnection, TResult> read)
    {
        var connection = RentReader();
        try
        {
            return read(connection);
        }
        finally
        {
            _idleReaders.Add(connection);
        }
    }

    /// <summary>Reads the file's header, to see whether the store answers.</summary>
    /// <exception cref="StoreUnavailableException">It does not, or its file is gone.</exception>
    public void Ping()
    {
        // An open connection would go on with a file that was deleted.
        if (!File.Exists(FilePath))
        {
            throw new StoreUnavailableException($"The store '{FilePath}' is gone.", null);
        }

        try
        {
            Read(connection =>
            {
                using var command = connection.CreateCommand();
                command.CommandText = "PRAGMA schema_version";
                return command.ExecuteScalar();
            });
        }
        catch (SqliteException exception)
        {
            throw new StoreUnavailableException("The embedded store does not answer.", exception);
        }
    }

    /// <summary>A connection for a long scan, disposed by the caller.</summary>
    internal SqliteConnection OpenReader()
    {
        var connection = new SqliteConnection(_readConnectionString);
        connection.Open();
        return connection;
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        // The writer last: only a connection that may write takes the log into the file and removes it.
        while (_idleReaders.TryTake(out var connection))
        {
            await connection.DisposeAsync().ConfigureAwait(false);
        }

        await _writer.DisposeAsync().ConfigureAwait(false);
    }

    private SqliteConnection RentReader() => _idleReaders.TryTake(out var idle) ? idle : OpenReader();

    private SqliteConnection OpenForWriting(SqliteStoreOptions options)
    {
        var connection = new SqliteConnection(ConnectionString(SqliteOpenMode.ReadWriteCreate));
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 4000; PRAGMA busy_timeout = 5000;";
        command.ExecuteNonQuery();
        SqliteSchema.Prepare(connection);
        if (options.PageCountMax is { } pages)
        {
            command.CommandText = $"PRAGMA max_page_count = {pages}";
            command.ExecuteNonQuery();
        }

        return connection;
    }

    private string ConnectionString(SqliteOpenMode mode) =>
        new SqliteConnectionStringBuilder { DataSource = FilePath, Mode = mode, Pooling = false }.ToString();
}
