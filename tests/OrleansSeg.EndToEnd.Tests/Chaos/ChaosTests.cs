using System.Globalization;
using OrleansSeg.Cli.Bench.Chaos;
using OrleansSeg.Cli.Bench.Chaos.Stores;
using Xunit.Abstractions;

namespace OrleansSeg.EndToEnd.Tests.Chaos;

/// <summary>Runs of faults have the machine to themselves: a probe that is missed because others compute is a fault that nobody planned.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class ChaosCollection
{
    public const string Name = "Chaos";
}

/// <summary>About a minute of what <c>bench chaos</c> does for longer, on each store.</summary>
[Collection(ChaosCollection.Name)]
public sealed class ChaosTests(ITestOutputHelper output) : IDisposable
{
    private readonly WorkFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    public static TheoryData<string> Stores => [.. StoreServers.Names];

    [SkippableTheory]
    [MemberData(nameof(Stores))]
    public async Task Faults_UnderLoad_LoseNothingAcknowledged_AndCountNothingTwice(string store)
    {
        Skip.If(StoreServers.MissingFor(store) is not null, $"This test {StoreServers.MissingFor(store)}.");
        var (silos, silosMax) = store == "sqlite" ? (1, 1) : (2, 3);
        var settings = new ChaosSettings(store, TimeSpan.FromSeconds(40), silos, silosMax, Seed(), _folder.FullPath)
        {
            Customers = 40,
            FaultPause = (TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(3)),
            StoreAwayMax = TimeSpan.FromSeconds(6),
        };
        await using var server = StoreServers.Create(store, Path.Combine(_folder.FullPath, "server"));
        var report = await ChaosRun.RunAsync(settings, server, output.WriteLine, CancellationToken.None);
        Assert.True(
            report.IsSound(),
            $"ORLEANSSEG_TEST_SEED={report.Seed}\n{string.Join('\n', report.Problems)}\n{string.Join('\n', report.History)}");
        Assert.InRange(report.EventsAcknowledged, settings.Customers + 1, long.MaxValue);
        Assert.InRange(report.Faults, 1, int.MaxValue);
    }

    /// <summary>Another one each time; set the variable to run a failure again.</summary>
    private static int Seed() => Environment.GetEnvironmentVariable("ORLEANSSEG_TEST_SEED") is { Length: > 0 } told
        ? int.Parse(told, CultureInfo.InvariantCulture)
        : Random.Shared.Next();
}
