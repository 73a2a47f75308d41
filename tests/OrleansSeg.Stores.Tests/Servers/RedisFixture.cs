namespace OrleansSeg.Stores.Tests;

/// <summary>One Redis server for all tests, which keep apart by the names of their services and clusters.</summary>
public sealed class RedisFixture : IAsyncLifetime
{
    private RedisServer? _server;

    internal RedisServer Server
    {
        get
        {
            Skip.If(_server is null, "This test needs a server: Redis, which .ci/run installs (apt-get install redis-server).");
            return _server!;
        }
    }

    public async Task InitializeAsync() => _server = RedisServer.FindProgram() is { } program ? await RedisServer.StartNewAsync(program) : null;

    public async Task DisposeAsync() => await (_server?.DisposeAsync() ?? ValueTask.CompletedTask);
}

/// <summary>The tests that share the server.</summary>
[CollectionDefinition(Name)]
public sealed class RedisTests : ICollectionFixture<RedisFixture>
{
    public const string Name = "Redis";
}
