using System.Net;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace OrleansSeg.Silo.Storage.Redis;

/// <summary>The server as a whole: whether it answers, and keeps what it acknowledges.</summary>
internal sealed class RedisStore(RedisConnections connections, IOptions<RedisOptions> options) : ISharedStore, IStoreProbe
{
    /// <inheritdoc />
    public string Name => $"Redis at {string.Join(", ", connections.Configuration.EndPoints.Select(NameOf))}";

    /// <inheritdoc />
    public string ConnectionSetting => "OrleansSeg:Redis:ConnectionString";

    /// <inheritdoc />
    public TimeSpan StartWaitMax => options.Value.StartWaitMax;

    /// <inheritdoc />
    public async Task<string?> TryOpenAsync(CancellationToken cancellationToken)
    {
        try
        {
            var cluster = await connections.ClusterAsync().WaitAsync(cancellationToken).ConfigureAwait(false);
            var writable = Writable(cluster);
            if (writable.Length == 0)
            {
                return "no server that takes writes is connected.";
            }

            foreach (var server in writable)
            {
                if (await RedisDurability.ProblemOfAsync(server, options.Value.DurabilityVouchedFor).ConfigureAwait(false) is { } problem)
                {
                    throw new StoreStartException($"Redis at {NameOf(server.EndPoint)} {problem}");
                }
            }

            await connections.StateAsync().WaitAsync(cancellationToken).ConfigureAwait(false);
            return null;
        }
        catch (Exception exception) when (RedisErrors.IsPassing(exception))
        {
            return RedisErrors.Describe(exception);
        }
        catch (RedisException exception)
        {
            throw new StoreStartException($"{Name} refused: {RedisErrors.Describe(exception)} Check {ConnectionSetting}.", exception);
        }
    }

    /// <inheritdoc />
    public async Task PingAsync(CancellationToken cancellationToken)
    {
        try
        {
            var cluster = await connections.ClusterAsync().WaitAsync(cancellationToken).ConfigureAwait(false);
            await cluster.GetDatabase().PingAsync().WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException)
        {
            throw new StoreSilentException($"{Name} does not answer: {RedisErrors.Describe(exception)}", exception);
        }
    }

    /// <summary>The servers that take writes: one, or each part of a Redis cluster.</summary>
    internal static IServer[] Writable(IConnectionMultiplexer multiplexer) =>
        [.. multiplexer.GetServers().Where(server => server is { IsConnected: true, IsReplica: false })];

    private static string NameOf(EndPoint point) => point is DnsEndPoint name ? $"{name.Host}:{name.Port}" : point.ToString()!;
}
