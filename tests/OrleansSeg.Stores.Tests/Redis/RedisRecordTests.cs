namespace OrleansSeg.Stores.Tests;

[Collection(RedisTests.Name)]
public sealed class RedisRecordTests(RedisFixture redis) : SharedRecordTests
{
    protected override string Store => "redis";

    protected override string ConnectionString => redis.Server.ConnectionString();
}
