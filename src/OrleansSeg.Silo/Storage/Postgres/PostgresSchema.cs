using Npgsql;

namespace OrleansSeg.Silo.Storage.Postgres;

/// <summary>The tables and queries that Orleans' providers use, in numbered steps that are applied once each and never changed.</summary>
internal static class PostgresSchema
{
    private const string UndefinedTable = "42P01";
    private const string DuplicateTable = "42P07";

    // Any number that nothing else in the database locks: two that initialize at once take turns.
    private const string TakeTurn = "SELECT pg_advisory_xact_lock(6713001)";

    private static readonly IReadOnlyList<string> Steps = Read();

    /// <summary>The version that this program needs.</summary>
    public static int Latest => Steps.Count;

    /// <summary>The version that the database holds; 0 when none.</summary>
    public static async Task<int> VersionAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        try
        {
            await using var command = new NpgsqlCommand("SELECT coalesce(max(version), 0) FROM orleansseg_schema", connection);
            return (int)(await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false))!;
        }
        catch (PostgresException exception) when (exception.SqlState == UndefinedTable)
        {
            return 0;
        }
    }

    /// <summary>What is wrong with a version, and what to do; null when nothing is.</summary>
    public static string? ProblemOf(int version) => version switch
    {
        0 => "holds no tables of OrleansSeg yet; run 'orleansseg init-store --config FILE' with this configuration once.",
        _ when version < Latest => $"holds version {version} of the tables and this program needs {Latest}; run 'orleansseg init-store --config FILE' with this configuration.",
        _ when version > Latest => $"holds version {version} of the tables, made by a later OrleansSeg; this one knows {Latest}.",
        _ => null,
    };

    /// <summary>Applies the steps that are missing, all or none; returns the version that was there before.</summary>
    /// <exception cref="StoreStartException">Tables of the same names are there that this program did not make, or a later version did.</exception>
    public static async Task<int> ApplyAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
        await ExecuteAsync(connection, TakeTurn, cancellationToken).ConfigureAwait(false);
        await ExecuteAsync(
            connection,
            "CREATE TABLE IF NOT EXISTS orleansseg_schema (version integer PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now())",
            cancellationToken).ConfigureAwait(false);
        var found = await VersionAsync(connection, cancellationToken).ConfigureAwait(false);
        if (found > Latest)
        {
            throw new StoreStartException($"The database {ProblemOf(found)}");
        }

        try
        {
            for (var version = found + 1; version <= Latest; version++)
            {
                await ExecuteAsync(connection, Steps[version - 1], cancellationToken).ConfigureAwait(false);
                await ExecuteAsync(connection, $"INSERT INTO orleansseg_schema (version) VALUES ({version})", cancellationToken).ConfigureAwait(false);
            }
        }
        catch (PostgresException exception) when (exception.SqlState == DuplicateTable)
        {
            throw new StoreStartException(
                $"The database holds tables of another Orleans program: {exception.MessageText}. Give OrleansSeg a database of its own, or a schema ('Search Path' in the connection string).",
                exception);
        }

        await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
        return found;
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }

    private static List<string> Read()
    {
        var assembly = typeof(PostgresSchema).Assembly;
        return [.. assembly.GetManifestResourceNames()
            .Where(name => name.EndsWith(".sql", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .Select(name =>
            {
                using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
                return reader.ReadToEnd();
            })];
    }
}
