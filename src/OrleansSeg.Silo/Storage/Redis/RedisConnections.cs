using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace OrleansSeg.Silo.Storage.Redis;

/// <summary>The connections of one process: grain state over one, and what keeps the cluster alive over another.</summary>
/// <remarks>A large record on its way must not keep a silo from saying that it lives. Both connect again by themselves when they break.</remarks>
internal sealed class RedisConnections(IOptions<RedisOptions> options) : IAsyncDisposable
{
    private static readonly TimeSpan ReconnectPause = TimeSpan.FromMilliseconds(200);

    private readonly SemaphoreSlim _gate = new(1);
    private IConnectionMultiplexer? _state;
    private IConnectionMultiplexer? _cluster;

    /// <summary>How to connect, with the time-outs that this program sets.</summary>
    public ConfigurationOptions Configuration { get; } = Configure(options.Value);

    /// <summary>For grain state.</summary>
    /// <exception cref="RedisConnectionException">The server cannot be reached, or refused.</exception>
    public async Task<IConnectionMultiplexer> StateAsync()
    {
        await _gate.WaitAsync().ConfigureAwait(false);
        try
        {
            return _state ??= await ConnectionMultiplexer.ConnectAsync(Configuration).ConfigureAwait(false);
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>For membership, reminders, health and verification.</summary>
    /// <exception cref="RedisConnectionException">The server cannot be reached, or refused.</exception>
    public async Task<IConnectionMultiplexer> ClusterAsync()
    {
        await _gate.WaitAsync().ConfigureAwait(false);
        try
        {
            return _cluster ??= await ConnectionMultiplexer.ConnectAsync(Configuration).ConfigureAwait(false);
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        foreach (var connection in new[] { _state, _cluster }.OfType<IConnectionMultiplexer>())
        {
            await connection.DisposeAsync().ConfigureAwait(false);
        }

        _gate.Dispose();
    }

    private static ConfigurationOptions Configure(RedisOptions options)
    {
        var configuration = ConfigurationOptions.Parse(options.ConnectionString);
        var milliseconds = (int)options.OperationTimeout.TotalMilliseconds;
        (configuration.ConnectTimeout, configuration.AsyncTimeout, configuration.SyncTimeout) = (milliseconds, milliseconds, milliseconds);
        configuration.ClientName = "orleansseg";
        configuration.ConnectRetry = 1;
        configuration.ReconnectRetryPolicy = new LinearRetry((int)ReconnectPause.TotalMilliseconds);

        // A first connection that fails must say so: the gate waits and tells why.
        configuration.AbortOnConnectFail = true;
        configuration.IncludeDetailInExceptions = false;
        return configuration;
    }
}
