using OrleansSeg.Persistence.Sqlite;

namespace OrleansSeg.Silo.Storage.Sqlite;

/// <summary>Reads from the embedded store.</summary>
internal sealed class SqliteProbe(SqliteStore store) : IStoreProbe
{
    /// <inheritdoc />
    public Task PingAsync(CancellationToken cancellationToken)
    {
        try
        {
            store.Ping();
            return Task.CompletedTask;
        }
        catch (StoreUnavailableException exception)
        {
            throw new StoreSilentException(exception.Message, exception);
        }
    }
}
