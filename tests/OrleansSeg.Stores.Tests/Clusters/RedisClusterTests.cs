namespace OrleansSeg.Stores.Tests;

public sealed class RedisClusterTests : SharedClusterTests
{
    protected override string Store => "redis";

    private protected override async Task<ServerProcess> StartServerAsync()
    {
        var program = RedisServer.FindProgram();
        Skip.If(program is null, "This test needs a server: Redis, which .ci/run installs (apt-get install redis-server).");
        return await RedisServer.StartNewAsync(program!);
    }

    private protected override Task<string> PrepareAsync(ServerProcess server) => Task.FromResult(((RedisServer)server).ConnectionString());
}
