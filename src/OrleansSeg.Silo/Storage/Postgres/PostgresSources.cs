using Microsoft.Extensions.Options;
using Npgsql;

namespace OrleansSeg.Silo.Storage.Postgres;

/// <summary>The connections of one process: grain state in one pool, and what keeps the cluster alive in another.</summary>
/// <remarks>A burst of writes must not keep a silo from saying that it lives.</remarks>
internal sealed class PostgresSources : IAsyncDisposable
{
    private const int ClusterPoolSize = 4;

    /// <summary>Makes the pools; nothing is connected yet.</summary>
    public PostgresSources(IOptions<PostgresOptions> options)
    {
        var settings = options.Value;
        var seconds = (int)settings.OperationTimeout.TotalSeconds;
        var common = new NpgsqlConnectionStringBuilder(settings.ConnectionString)
        {
            Timeout = seconds,
            CommandTimeout = seconds,
            ApplicationName = "orleansseg",

            // Either would carry into messages what belongs to customers or to nobody.
            IncludeErrorDetail = false,
            PersistSecurityInfo = false,
        };
        (Host, Port, Database) = (common.Host!, common.Port, common.Database!);
        State = Create(common, settings.PoolSizeMax);
        Cluster = Create(common, ClusterPoolSize);
    }

    /// <summary>For grain state.</summary>
    public NpgsqlDataSource State { get; }

    /// <summary>For membership, reminders, health and verification.</summary>
    public NpgsqlDataSource Cluster { get; }

    /// <summary>The server's host.</summary>
    public string Host { get; }

    /// <summary>The server's port.</summary>
    public int Port { get; }

    /// <summary>The database.</summary>
    public string Database { get; }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await State.DisposeAsync().ConfigureAwait(false);
        await Cluster.DisposeAsync().ConfigureAwait(false);
    }

    private static NpgsqlDataSource Create(NpgsqlConnectionStringBuilder common, int poolSize)
    {
        var own = new NpgsqlConnectionStringBuilder(common.ConnectionString) { MinPoolSize = 0, MaxPoolSize = poolSize };
        return new NpgsqlDataSourceBuilder(own.ConnectionString).Build();
    }
}
