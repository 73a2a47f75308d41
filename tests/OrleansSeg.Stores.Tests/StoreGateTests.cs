using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using OrleansSeg.Persistence.AzureTables.Tests;
using OrleansSeg.Silo.Storage;

namespace OrleansSeg.Stores.Tests;

public sealed class StoreGateTests : IDisposable
{
    private readonly FakeTimeProvider _time = new();
    private readonly RecordedLogs _logs = new();
    private readonly LoggerFactory _loggers;

    public StoreGateTests() => _loggers = new LoggerFactory([_logs]);

    [Fact]
    public async Task StoreThatIsNotThereYet_IsWaitedFor_AndEachTryIsLogged()
    {
        var store = new ScriptedStore("Connection refused.", "Connection refused.", null);
        var pass = GateOf(store).PassAsync(default);
        for (var tries = 1; tries <= 2; tries++)
        {
            await _logs.LinesAsync(tries);
            Assert.False(pass.IsCompleted);
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        await pass;
        Assert.All(_logs.Lines, line => Assert.Equal("Store at here:1 does not answer yet: Connection refused. Trying again.", line.Text.Trim()));
    }

    [Fact]
    public async Task StoreThatNeverComes_EndsTheWaitAfterTheStatedTime()
    {
        var store = new ScriptedStore([.. Enumerable.Repeat("Connection refused.", 10)]) { StartWaitMax = TimeSpan.FromSeconds(3) };
        var pass = GateOf(store).PassAsync(default);
        for (var tries = 1; tries <= 3; tries++)
        {
            await _logs.LinesAsync(tries);
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        var failure = await Assert.ThrowsAsync<StoreStartException>(() => pass);
        Assert.Equal("Store at here:1 did not answer within 00:00:03: Connection refused. Check that it runs, and Its:Setting.", failure.Message);
        Assert.Equal(4, store.Tries);
    }

    [Fact]
    public async Task CancelledStart_StopsWaiting()
    {
        using var stop = new CancellationTokenSource();
        var pass = GateOf(new ScriptedStore("Connection refused.", null)).PassAsync(stop.Token);
        await _logs.LinesAsync(1);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => pass);
    }

    public void Dispose()
    {
        _loggers.Dispose();
        _logs.Dispose();
    }

    private StoreGate GateOf(ISharedStore store) => new(store, _time, _loggers.CreateLogger<StoreGate>());

    private sealed class ScriptedStore(params string?[] answers) : ISharedStore
    {
        public int Tries { get; private set; }

        public string Name => "Store at here:1";

        public string ConnectionSetting => "Its:Setting";

        public TimeSpan StartWaitMax { get; init; } = TimeSpan.FromMinutes(1);

        public Task<string?> TryOpenAsync(CancellationToken cancellationToken) => Task.FromResult(answers[Tries++]);
    }
}
