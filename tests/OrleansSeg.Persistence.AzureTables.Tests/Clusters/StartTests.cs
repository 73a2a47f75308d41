using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace OrleansSeg.Persistence.AzureTables.Tests;

/// <summary>A silo that cannot reach its tables says why, at once or after the stated wait, and never tells a secret.</summary>
[Collection(AzuriteTests.Name)]
public sealed class StartTests(AzuriteFixture azurite)
{
    [Fact]
    public async Task MalformedConnectionString_EndsTheStart_AndNamesTheSetting()
    {
        const string Secret = "bm90LWEta2V5";
        using var logs = new RecordedLogs();
        var failure = await FailAsync(options => options.ConnectionString = $"AccountName=shop;AccountKey={Secret}!", logs);
        var refusal = Assert.IsType<OptionsValidationException>(Causes(failure).Last());
        Assert.Equal(["AzureTables:ConnectionString: AccountKey is not base64."], refusal.Failures);
        AssertNoSecret(Secret, failure, logs);
    }

    [SkippableFact]
    public async Task WrongKey_EndsTheStart_AndNamesTheSetting_AndNoSecretIsTold()
    {
        var wrong = Convert.ToBase64String(RandomNumberGenerator.GetBytes(64));
        using var logs = new RecordedLogs();
        var account = azurite.ConnectionString.Replace(azurite.Process.AccountKey, wrong, StringComparison.Ordinal);
        var failure = await FailAsync(options => options.ConnectionString = account, logs);
        var refusal = Causes(failure).OfType<StoreRefusedException>().First();

        // Whichever table is opened first.
        Assert.Matches(
            "^The creation in table Orleans[A-Za-z]+ was refused: 403. Check AzureTables settings ConnectionString, or ServiceUri and Credential.$",
            refusal.Message);
        AssertNoSecret(wrong, failure, logs);
        AssertNoSecret(azurite.Process.AccountKey, failure, logs);
    }

    [SkippableFact]
    public async Task WrongSharedAccessSignature_EndsTheStart_AndIsNotTold()
    {
        const string Signature = "bm90LXRoZS1zaWduYXR1cmUtb2YtdGhpcw%3D%3D";
        using var logs = new RecordedLogs();
        var account = $"TableEndpoint={azurite.Process.TableEndpoint};"
            + $"SharedAccessSignature=sv=2019-02-02&ss=t&srt=sco&sp=rwdlacu&se=2030-01-01T00:00:00Z&sig={Signature}";
        var failure = await FailAsync(options => options.ConnectionString = account, logs);
        Assert.Contains(Causes(failure), cause => cause is StoreRefusedException);
        AssertNoSecret(Signature, failure, logs);
        AssertNoSecret(Uri.UnescapeDataString(Signature), failure, logs);
    }

    [SkippableFact]
    public async Task Silo_ThatRuns_LogsNoSecret_AtAnyLevel()
    {
        using var logs = new RecordedLogs();
        using var silo = TestSilo.Create($"c{Guid.NewGuid():N}", options => options.ConnectionString = azurite.ConnectionString, logs);
        await silo.StartAsync();
        await silo.StopAsync();
        Assert.Contains(logs.Lines, line => line.Level == LogLevel.Debug);
        AssertNoSecret(azurite.Process.AccountKey, null, logs);
    }

    [SkippableFact]
    public async Task ServiceThatIsNotThereYet_IsWaitedFor()
    {
        using var logs = new RecordedLogs();
        using var loggers = new LoggerFactory([logs]);
        var time = new FakeTimeProvider();
        var faults = new FaultyHandler(Fault.BreakBefore, Fault.BreakBefore);
        var cluster = new TestCluster(azurite, options => options.RetriesMax = 0, handler: faults, time: time, loggers: loggers);
        var open = cluster.Store.OpenAsync("OrleansGrainState", default).AsTask();
        for (var tries = 1; tries <= 2; tries++)
        {
            await logs.LinesAsync(tries);
            time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal("OrleansGrainState", (await open).Name);
        var port = new Uri(azurite.Process.TableEndpoint).Port;
        Assert.All(logs.Lines, line => Assert.Equal(
            $"Table OrleansGrainState at 127.0.0.1:{port} cannot be opened yet. The creation in table OrleansGrainState failed: the service cannot be reached. Trying again.",
            line.Text.Trim()));
    }

    [SkippableFact]
    public async Task ServiceThatNeverComes_EndsTheStartAfterTheStatedWait()
    {
        using var logs = new RecordedLogs();
        using var loggers = new LoggerFactory([logs]);
        var time = new FakeTimeProvider();
        var faults = new FaultyHandler([.. Enumerable.Repeat(Fault.BreakBefore, 10)]);
        var cluster = new TestCluster(
            azurite, options => (options.RetriesMax, options.StartWaitMax) = (0, TimeSpan.FromSeconds(3)), handler: faults, time: time, loggers: loggers);
        var open = cluster.Store.OpenAsync("OrleansGrainState", default).AsTask();
        for (var tries = 1; tries <= 3; tries++)
        {
            await logs.LinesAsync(tries);
            time.Advance(TimeSpan.FromSeconds(1));
        }

        await Assert.ThrowsAsync<StoreUnavailableException>(() => open);
        Assert.Equal(4, faults.Count);
    }

    [SkippableFact]
    public async Task Ping_SaysWhetherTheServiceAnswers()
    {
        var faults = new FaultyHandler();
        var cluster = new TestCluster(azurite, options => options.RetriesMax = 0, handler: faults);
        await cluster.Store.OpenAsync(cluster.Store.Options.GrainStateTable, default);
        await cluster.Store.PingAsync(default);
        faults.Plan(Fault.BreakBefore);
        await Assert.ThrowsAsync<StoreUnavailableException>(() => cluster.Store.PingAsync(default));
    }

    private static async Task<Exception> FailAsync(Action<AzureTablesOptions> account, RecordedLogs logs) => await Assert.ThrowsAnyAsync<Exception>(async () =>
    {
        using var silo = TestSilo.Create($"c{Guid.NewGuid():N}", account, logs);
        await silo.StartAsync();
    });

    private static void AssertNoSecret(string secret, Exception? failure, RecordedLogs logs)
    {
        Assert.DoesNotContain(secret, $"{failure}", StringComparison.Ordinal);
        Assert.DoesNotContain(logs.Lines, line => line.Text.Contains(secret, StringComparison.Ordinal));
    }

    private static IEnumerable<Exception> Causes(Exception exception)
    {
        for (var cause = exception; cause is not null; cause = cause is AggregateException { InnerExceptions: [var only, ..] } ? only : cause.InnerException)
        {
            yield return cause;
        }
    }
}
