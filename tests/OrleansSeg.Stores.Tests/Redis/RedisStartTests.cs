using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OrleansSeg.Silo.Hosting;
using OrleansSeg.Silo.Storage;

namespace OrleansSeg.Stores.Tests;

/// <summary>A silo that cannot start on its server says why, and never tells a secret.</summary>
[Collection(RedisTests.Name)]
public sealed class RedisStartTests(RedisFixture redis)
{
    private const string Secret = "canary-of-nobody";

    [Theory]
    [InlineData("", "ConnectionString")]
    [InlineData($"password={Secret}", "Redis:ConnectionString: it names no server.")]
    [InlineData($"db:6379,{Secret}={Secret}", "Redis:ConnectionString: it is not a configuration string of StackExchange.Redis ('host:port,password=...').")]
    [InlineData($"db:6379,ssl={Secret}", "it is not a configuration string of StackExchange.Redis")]
    public async Task ConnectionString_ThatIsNone_EndsTheStart_AndNamesTheSetting(string text, string expected)
    {
        var (failure, logs) = await StartSilo.FailAsync(StoreSettings.Of("redis", text));
        Assert.Contains(expected, string.Join('\n', Assert.IsType<OptionsValidationException>(failure).Failures), StringComparison.Ordinal);
        StartSilo.AssertNotTold(Secret, failure, logs);
    }

    [SkippableTheory]
    [InlineData(Secret)]
    [InlineData("")]
    public async Task WrongPassword_EndsTheStartAtOnce_AndIsNotTold(string password)
    {
        var text = redis.Server.ConnectionString(password);
        var (failure, logs) = await StartSilo.FailAsync(StoreSettings.Of("redis", text, ("OrleansSeg:Redis:StartWaitMax", "01:00:00")));
        Assert.Equal(
            $"Redis at 127.0.0.1:{redis.Server.Port} refused: the user or the password is wrong. Check OrleansSeg:Redis:ConnectionString.", failure.Message);
        StartSilo.AssertNotTold(Secret, failure, logs);
    }

    [Fact]
    public async Task ServerThatDoesNotAnswer_EndsTheStartAfterTheStatedWait()
    {
        var port = FreePort.OnLoopback();
        var (failure, logs) = await StartSilo.FailAsync(StoreSettings.Of("redis", $"127.0.0.1:{port},password={Secret}"));
        Assert.Equal(
            $"Redis at 127.0.0.1:{port} did not answer within 00:00:00: it cannot be reached (UnableToConnect). Check that it runs, and OrleansSeg:Redis:ConnectionString.",
            failure.Message);
        StartSilo.AssertNotTold(Secret, failure, logs);
    }

    [SkippableTheory]
    [InlineData("--appendonly no", "has appendonly 'no', which must be 'yes': it would keep nothing through a crash.")]
    [InlineData("--appendfsync everysec", "has appendfsync 'everysec', which must be 'always': a crash would lose what it acknowledged last.")]
    [InlineData("--no-appendfsync-on-rewrite yes", "which must be 'no': a crash during a rewrite of its log would lose what it acknowledged.")]
    [InlineData("--maxmemory-policy allkeys-lru", "has maxmemory-policy 'allkeys-lru', which must be 'noeviction': it would drop records when its memory is full.")]
    public async Task ServerThatMayLoseWhatItAcknowledged_IsRefused_EvenVouchedFor(string setting, string expected)
    {
        _ = redis.Server;
        await using var unsafeServer = await RedisServer.StartNewAsync(RedisServer.FindProgram()!, setting.Split(' '));
        foreach (var vouched in new[] { "false", "true" })
        {
            var settings = StoreSettings.Of("redis", unsafeServer.ConnectionString(), ("OrleansSeg:Redis:DurabilityVouchedFor", vouched));
            var (failure, _) = await StartSilo.FailAsync(settings);
            Assert.EndsWith(expected, Assert.IsType<StoreStartException>(failure).Message, StringComparison.Ordinal);
        }
    }

    [SkippableFact]
    public async Task ServerWhoseSettingsMayNotBeRead_IsRefused_UnlessVouchedFor()
    {
        _ = redis.Server;
        await using var closed = await RedisServer.StartNewAsync(RedisServer.FindProgram()!, "--rename-command", "CONFIG", "");
        var (failure, _) = await StartSilo.FailAsync(StoreSettings.Of("redis", closed.ConnectionString()));
        Assert.Equal(
            $"Redis at 127.0.0.1:{closed.Port} does not let its settings be read (CONFIG GET). It must have appendonly 'yes', appendfsync 'always', "
            + "no-appendfsync-on-rewrite 'no', maxmemory-policy 'noeviction'; where it does, set OrleansSeg:Redis:DurabilityVouchedFor to true.",
            failure.Message);
        await StartSilo.RunAsync(StoreSettings.Of("redis", closed.ConnectionString(), ("OrleansSeg:Redis:DurabilityVouchedFor", "true")));
    }

    [SkippableTheory]
    [InlineData("--appendonly no", "says aof_enabled '0'; appendonly must be 'yes': it would keep nothing through a crash.")]
    [InlineData("--maxmemory-policy volatile-lru", "says maxmemory_policy 'volatile-lru'; maxmemory-policy must be 'noeviction': it would drop records when its memory is full.")]
    public async Task ServerVouchedFor_IsRefused_ForWhatCanBeSeen(string setting, string expected)
    {
        _ = redis.Server;
        await using var closed = await RedisServer.StartNewAsync(RedisServer.FindProgram()!, [.. setting.Split(' '), "--rename-command", "CONFIG", ""]);
        var (failure, _) = await StartSilo.FailAsync(
            StoreSettings.Of("redis", closed.ConnectionString(), ("OrleansSeg:Redis:DurabilityVouchedFor", "true")));
        Assert.EndsWith(expected, failure.Message, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task Initialize_HasNothingToMake_AndChecksTheSettings()
    {
        Assert.Equal(new StoreInitialization("redis", 0, 0), await TestStore.InitializeAsync("redis", redis.Server.ConnectionString()));
        await using var unsafeServer = await RedisServer.StartNewAsync(RedisServer.FindProgram()!, "--appendfsync", "no");
        await Assert.ThrowsAsync<StoreStartException>(() => TestStore.InitializeAsync("redis", unsafeServer.ConnectionString()));
    }

    [SkippableFact]
    public async Task Silo_ThatRuns_LogsNoSecret_AtAnyLevel()
    {
        var logs = await StartSilo.RunAsync(StoreSettings.Of("redis", redis.Server.ConnectionString()));
        Assert.Contains(logs.Lines, line => line.Level == LogLevel.Debug);
        StartSilo.AssertNotTold(redis.Server.Password, null, logs);
    }
}
