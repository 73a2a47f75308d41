using System.Collections.Immutable;
using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using OrleansSeg.Cli.Bench.Chaos;
using OrleansSeg.Cli.Bench.Chaos.Stores;
using OrleansSeg.Client;
using OrleansSeg.Customers;
using OrleansSeg.Events;

namespace OrleansSeg.EndToEnd.Tests;

/// <summary>Two silo processes that share an Azure account and know of each other only through its tables.</summary>
public sealed class AzureClusterTests : IAsyncLifetime, IDisposable
{
    private const int Customers = 60;
    private readonly WorkFolder _folder = new();
    private readonly AzuriteServer _azurite;

    public AzureClusterTests() => _azurite = new AzuriteServer(Path.Combine(_folder.FullPath, "azurite"));

    public Task InitializeAsync() => AzuriteInstallation.Find() is null ? Task.CompletedTask : _azurite.StartAsync(CancellationToken.None);

    public Task DisposeAsync() => _azurite.DisposeAsync().AsTask();

    public void Dispose() => _folder.Dispose();

    [SkippableFact]
    public async Task TwoSilos_OneRecordsTheOtherReads_AndAKilledOneTakesNothingWithIt()
    {
        SkipWithoutServer();
        await using var first = StartSilo("first");
        await using var second = StartSilo("second");
        using var writer = await Storefront.ConnectAsync(await first.ServingAsync(Patience.Longest));
        using var reader = await Storefront.ConnectAsync(await second.ServingAsync(Patience.Longest));
        var records = writer.Services.GetRequiredService<SegmentationClient>();
        var reads = reader.Services.GetRequiredService<SegmentationClient>();
        foreach (var id in Enumerable.Range(0, Customers).Select(IdOf))
        {
            Assert.Equal(1, (await records.RecordAsync(id, [Search("before")])).Added);
        }

        foreach (var id in Enumerable.Range(0, Customers).Select(IdOf))
        {
            var history = await reads.Customer(id).GetHistoryAsync(new HistoryQuery(null, null, null, 10), CancellationToken.None);
            Assert.Equal(["before"], history.Events.Select(e => e.EventId));
        }

        await second.Process.KillAsync();
        foreach (var id in Enumerable.Range(0, Customers).Select(IdOf))
        {
            await EventuallyRecordedAsync(records, id, Search("after"));
        }

        // The killed silo has left its row; a verb finds the other one through the table.
        Assert.False(await VerifyAsync("--connect"));
        Assert.False(await VerifyAsync());
        Assert.Equal(0, await first.StopAsync(Patience.Longest));

        // Nobody is left: a verb is a silo of the cluster for as long as it lasts, and a client finds nobody.
        Assert.True(await VerifyAsync());
        await using var alone = Start("verify", "--connect", "--json", "--data-dir", _folder.DataDirectory);
        await alone.ExitsAsync(1, Patience.Longest);
        Assert.Contains("No cluster answers by its membership in the store", alone.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain(AccountKey, first.Process.Tail + second.Process.Tail, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task AccountThatIsDownAtTheStart_IsNamed_AndWaitedFor()
    {
        SkipWithoutServer();
        await _azurite.StopAsync();
        await using var silo = StartSilo("early");
        await Eventually.TrueAsync(
            () => silo.Process.Tail.Contains("does not answer yet", StringComparison.Ordinal) || !silo.Process.IsRunning, Patience.Longest, "the silo says what it waits for");
        Assert.Contains("Azure Tables at 127.0.0.1:", silo.Process.Tail, StringComparison.Ordinal);
        await _azurite.StartAsync(CancellationToken.None);
        await silo.ServingAsync(Patience.Longest);
        Assert.Equal(0, await silo.StopAsync(Patience.Longest));
        Assert.DoesNotContain(AccountKey, silo.Process.Tail, StringComparison.Ordinal);
    }

    [SkippableTheory]
    [InlineData("wrong key", 1, "OrleansSeg:AzureTables:ConnectionString")]
    [InlineData("no key", 2, "AzureTables:ConnectionString: it has neither AccountKey nor SharedAccessSignature.")]
    [InlineData("nothing", 2, "Give exactly one of AzureTables:ConnectionString and AzureTables:ServiceUri.")]
    public async Task ConnectionStringThatIsWrong_EndsTheStartAtOnce_NamingTheSetting(string how, int exitCode, string expected)
    {
        SkipWithoutServer();
        var wrongKey = Convert.ToBase64String(new byte[64]);
        var connection = how switch
        {
            "wrong key" => _azurite.ConnectionString.Replace(AccountKey, wrongKey, StringComparison.Ordinal),
            "no key" => _azurite.ConnectionString.Replace($"AccountKey={AccountKey};", "", StringComparison.Ordinal),
            _ => "",
        };
        var settings = Settings().Where(pair => !pair.Key.EndsWith("ConnectionString", StringComparison.Ordinal))
            .Append(new("OrleansSeg:AzureTables:ConnectionString", connection));
        await using var silo = new SiloProcess("wrong", _folder.DataDirectory, settings);
        await silo.Process.Exited.WaitAsync(Patience.Longest);
        Assert.Equal(exitCode, silo.Process.ExitCode);
        Assert.Contains(expected, silo.Process.Tail, StringComparison.Ordinal);
        Assert.DoesNotContain(wrongKey, silo.Process.Tail, StringComparison.Ordinal);
        Assert.DoesNotContain(AccountKey, silo.Process.Tail, StringComparison.Ordinal);
    }

    private string AccountKey => _azurite.ConnectionString.Split("AccountKey=")[1].Split(';')[0];

    private static void SkipWithoutServer() =>
        Skip.If(AzuriteInstallation.Find() is null, "This test needs a server: Azurite, which .ci/run installs (npm install azurite).");

    [SkippableFact]
    public async Task InitStore_MakesTablesAndContainerOnce()
    {
        SkipWithoutServer();
        foreach (var before in new[] { 0, 1 })
        {
            await using var made = Start("init-store", "--json", "--data-dir", _folder.DataDirectory);
            await made.ExitsAsync(0, Patience.Longest);
            Assert.Equal(("azure", before, 1), ((string?)made.Document["store"], (int)made.Document["versionBefore"]!, (int)made.Document["version"]!));
        }
    }

    /// <summary>Wants a store with every event and no mismatch; says whether the verb was a silo itself.</summary>
    private async Task<bool> VerifyAsync(params string[] options)
    {
        await using var verb = Start(["verify", "--json", "--data-dir", _folder.DataDirectory, .. options]);
        await verb.ExitsAsync(0, Patience.Longest);
        var report = verb.Document;
        Assert.Equal((Customers, 2 * Customers, 0), ((int)report["customers"]!, (int)report["events"]!, (int)report["mismatches"]!));
        return verb.Errors.Contains("The silo serves", StringComparison.Ordinal);
    }

    private OrleansSegProcess Start(params string[] args) => OrleansSegProcess.Start(
        Settings().Append(new("Logging:LogLevel:OrleansSeg", "Information"))
            .Select(pair => KeyValuePair.Create($"ORLEANSSEG__{pair.Key.Replace(":", "__", StringComparison.Ordinal)}", pair.Value)),
        args);

    private SiloProcess StartSilo(string name) => new(name, Path.Combine(_folder.FullPath, name), Settings());

    private IEnumerable<KeyValuePair<string, string?>> Settings() => _azurite.Settings.Concat(
    [
        new("OrleansSeg:Site:PartitionCount", "8"),
        new("OrleansSeg:Membership:ProbeTimeout", "00:00:01"),
        new("OrleansSeg:Membership:TableRefresh", "00:00:02"),
        new("OrleansSeg:Membership:AlivePeriod", "00:00:02"),
    ]);

    private static async Task EventuallyRecordedAsync(SegmentationClient client, string id, BehaviourEvent e)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (true)
        {
            try
            {
                var receipt = await client.RecordAsync(id, [e]);
                Assert.Equal(1, receipt.Added + receipt.AlreadyKnown);
                return;
            }
            catch (Exception exception) when (exception is not Xunit.Sdk.XunitException && TimeProvider.System.GetElapsedTime(began) < Patience.Longest)
            {
                // The cluster has not yet found out that the silo is gone.
                await Task.Delay(50);
            }
        }
    }

    private static string IdOf(int number) => string.Create(CultureInfo.InvariantCulture, $"customer/{number}");

    private static BehaviourEvent Search(string id) => new()
    {
        EventId = id, Type = EventType.Search, Timestamp = new DateTimeOffset(2026, 1, 5, 10, 0, 0, TimeSpan.Zero), Text = id,
    };
}
