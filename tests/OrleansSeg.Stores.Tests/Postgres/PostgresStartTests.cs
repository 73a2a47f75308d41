using System.Globalization;
using Microsoft.Extensions.Options;
using OrleansSeg.Silo.Hosting;

namespace OrleansSeg.Stores.Tests;

/// <summary>A silo that cannot start on its database says why, and never tells a secret.</summary>
[Collection(PostgresTests.Name)]
public sealed class PostgresStartTests(PostgresFixture postgres)
{
    private const string Secret = "canary-of-nobody";

    [Theory]
    [InlineData("", "ConnectionString")]
    [InlineData($"Password={Secret}", "Postgres:ConnectionString: it names no Host.")]
    [InlineData($"Host=db;Password={Secret}", "Postgres:ConnectionString: it names no Database.")]
    [InlineData(Secret, "Postgres:ConnectionString: it is not a connection string of Npgsql ('Host=...;Database=...;Username=...;Password=...').")]
    [InlineData($"Host=db;Database=d;{Secret}={Secret}", "it is not a connection string of Npgsql")]
    [InlineData($"Host=db;Database=d;Port={Secret}", "it is not a connection string of Npgsql")]
    public async Task ConnectionString_ThatIsNone_EndsTheStart_AndNamesTheSetting(string text, string expected)
    {
        var (failure, logs) = await StartSilo.FailAsync(StoreSettings.Of("postgres", text));
        Assert.Contains(expected, string.Join('\n', Assert.IsType<OptionsValidationException>(failure).Failures), StringComparison.Ordinal);
        StartSilo.AssertNotTold(Secret, failure, logs);
    }

    [SkippableFact]
    public async Task WrongPassword_EndsTheStartAtOnce_AndIsNotTold()
    {
        var text = postgres.Server.ConnectionString(password: Secret);
        var (failure, logs) = await StartSilo.FailAsync(StoreSettings.Of("postgres", text, ("OrleansSeg:Postgres:StartWaitMax", "01:00:00")));
        Assert.Equal(
            $"PostgreSQL at 127.0.0.1:{postgres.Server.Port} refused: 28P01 password authentication failed for user \"orleansseg\". Check OrleansSeg:Postgres:ConnectionString.",
            failure.Message);
        StartSilo.AssertNotTold(Secret, failure, logs);
    }

    [SkippableFact]
    public async Task DatabaseThatIsNotThere_EndsTheStartAtOnce()
    {
        var text = postgres.Server.ConnectionString("nowhere");
        var (failure, logs) = await StartSilo.FailAsync(StoreSettings.Of("postgres", text, ("OrleansSeg:Postgres:StartWaitMax", "01:00:00")));
        Assert.Contains("refused: 3D000 database \"nowhere\" does not exist. Check OrleansSeg:Postgres:ConnectionString.", failure.Message, StringComparison.Ordinal);
        StartSilo.AssertNotTold(postgres.Server.Password, failure, logs);
    }

    [SkippableFact]
    public async Task DatabaseWithoutTables_EndsTheStart_AndSaysWhichCommandMakesThem()
    {
        var (failure, _) = await StartSilo.FailAsync(StoreSettings.Of("postgres", await postgres.Server.CreateDatabaseAsync()));
        Assert.EndsWith("holds no tables of OrleansSeg yet; run 'orleansseg init-store --config FILE' with this configuration once.", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ServerThatDoesNotAnswer_EndsTheStartAfterTheStatedWait()
    {
        var port = FreePort.OnLoopback().ToString(CultureInfo.InvariantCulture);
        var (failure, logs) = await StartSilo.FailAsync(StoreSettings.Of("postgres", $"Host=127.0.0.1;Port={port};Database=d;Username=u;Password={Secret}"));
        Assert.Equal(
            $"PostgreSQL at 127.0.0.1:{port} did not answer within 00:00:00: Connection refused. Check that it runs, and OrleansSeg:Postgres:ConnectionString.",
            failure.Message);
        StartSilo.AssertNotTold(Secret, failure, logs);
    }

    [SkippableTheory]
    [InlineData("fsync=off", "its setting fsync is 'off' and must be 'on'.")]
    [InlineData("full_page_writes=off", "its setting full_page_writes is 'off' and must be 'on'.")]
    [InlineData("synchronous_commit=off", "its setting synchronous_commit is 'off' and must be 'on'.")]
    public async Task ServerThatMayLoseWhatItAcknowledged_IsRefused(string setting, string expected)
    {
        _ = postgres.Server;
        await using var unsafeServer = await PostgresServer.StartNewAsync(PostgresServer.FindPrograms()!, setting);
        var (failure, _) = await StartSilo.FailAsync(StoreSettings.Of("postgres", unsafeServer.ConnectionString()));
        Assert.EndsWith(expected, failure.Message, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task Silo_ThatRuns_LogsNoSecret_AtAnyLevel()
    {
        var logs = await StartSilo.RunAsync(StoreSettings.Of("postgres", postgres.Initialized));
        Assert.Contains(logs.Lines, line => line.Level == Microsoft.Extensions.Logging.LogLevel.Debug);
        StartSilo.AssertNotTold(postgres.Server.Password, null, logs);
    }
}
