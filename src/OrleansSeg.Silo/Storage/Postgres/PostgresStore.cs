using Microsoft.Extensions.Options;
using Npgsql;

namespace OrleansSeg.Silo.Storage.Postgres;

/// <summary>The database as a whole: whether it answers, keeps what it acknowledges, and holds the schema.</summary>
internal sealed class PostgresStore(PostgresSources sources, IOptions<PostgresOptions> options) : ISharedStore, IStoreProbe
{
    private const string SelectUnsafe =
        """
        SELECT name, setting FROM pg_settings
        WHERE (name IN ('fsync', 'full_page_writes') AND setting <> 'on') OR (name = 'synchronous_commit' AND setting = 'off')
        ORDER BY name LIMIT 1
        """;

    /// <inheritdoc />
    public string Name => $"PostgreSQL at {sources.Host}:{sources.Port}";

    /// <inheritdoc />
    public string ConnectionSetting => "OrleansSeg:Postgres:ConnectionString";

    /// <inheritdoc />
    public TimeSpan StartWaitMax => options.Value.StartWaitMax;

    /// <inheritdoc />
    public Task<string?> TryOpenAsync(CancellationToken cancellationToken) => TryAsync(
        async (connection, token) =>
        {
            await RefuseUnsafeAsync(connection, token).ConfigureAwait(false);
            var version = await PostgresSchema.VersionAsync(connection, token).ConfigureAwait(false);
            if (PostgresSchema.ProblemOf(version) is { } problem)
            {
                throw new StoreStartException($"The database {sources.Database} of {Name} {problem}");
            }
        },
        cancellationToken);

    /// <summary>Brings the schema to this program's version.</summary>
    /// <param name="report">Hears which version was there before, 0 for none.</param>
    /// <param name="cancellationToken">Stops; the schema then stays as it was.</param>
    /// <returns>As of <see cref="TryOpenAsync"/>.</returns>
    public Task<string?> TryInitializeAsync(Action<int> report, CancellationToken cancellationToken) => TryAsync(
        async (connection, token) =>
        {
            await RefuseUnsafeAsync(connection, token).ConfigureAwait(false);
            report(await PostgresSchema.ApplyAsync(connection, token).ConfigureAwait(false));
        },
        cancellationToken);

    /// <inheritdoc />
    public async Task PingAsync(CancellationToken cancellationToken)
    {
        try
        {
            await using var command = sources.Cluster.CreateCommand("SELECT 1 FROM orleansstorage LIMIT 1");
            await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            throw new StoreSilentException($"{Name} does not answer: {PostgresErrors.Describe(exception)}", exception);
        }
    }

    private async Task<string?> TryAsync(Func<NpgsqlConnection, CancellationToken, Task> work, CancellationToken cancellationToken)
    {
        try
        {
            await using var connection = await sources.Cluster.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
            await work(connection, cancellationToken).ConfigureAwait(false);
            return null;
        }
        catch (Exception exception) when (exception is not StoreStartException && PostgresErrors.IsPassing(exception))
        {
            return PostgresErrors.Describe(exception);
        }
        catch (NpgsqlException exception)
        {
            throw new StoreStartException($"{Name} refused: {PostgresErrors.Describe(exception)} Check {ConnectionSetting}.", exception);
        }
    }

    private async Task RefuseUnsafeAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(SelectUnsafe, connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        if (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            throw new StoreStartException(
                $"{Name} may lose what it acknowledged: its setting {reader.GetString(0)} is '{reader.GetString(1)}' and must be 'on'.");
        }
    }
}
