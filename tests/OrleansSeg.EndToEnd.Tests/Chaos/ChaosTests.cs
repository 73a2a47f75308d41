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

/// <summary>A few faults of those that <c>bench chaos</c> does for longer, on each store: always so many, however fast the machine is.</summary>
[Collection(ChaosCollection.Name)]
public sealed class ChaosTests(ITestOutputHelper output) : IDisposable
{
    private const int Faults = 5;
    private static readonly TimeSpan RunMax = TimeSpan.FromMinutes(10);
    private readonly WorkFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    public static TheoryData<string> Stores => [.. StoreServers.Names];

    [SkippableTheory]
    [MemberData(nameof(Stores))]
    public async Task Faults_UnderLoad_LoseNothingAcknowledged_AndCountNothingTwice(string store)
    {
        Skip.If(StoreServers.MissingFor(store) is not null, $"This test {StoreServers.MissingFor(store)}.");
        var (silos, silosMax) = store == "sqlite" ? (1, 1) : (2, 3);
        var settings = new ChaosSettings(store, RunMax, silos, silosMax, Seed(), _folder.FullPath)
        {
            Customers = 40,
            FaultsMax = Faults,
            FaultPause = (TimeSpan.FromSeconds(0.5), TimeSpan.FromSeconds(1.5)),
            StoreAwayMax = TimeSpan.FromSeconds(5),
            Frozen = TimeSpan.FromSeconds(10),

            // How fast a cluster recovers is what the benchmark measures; here a busy machine must not look like a lost promise.
            RecoveryMax = TimeSpan.FromSeconds(90),
            StepMax = Patience.Longest,
        };
        await using var server = StoreServers.Create(store, Path.Combine(_folder.FullPath, "server"));
        var report = await ChaosRun.RunAsync(settings, server, output.WriteLine, CancellationToken.None);
        Assert.True(
            report.IsSound(),
            $"ORLEANSSEG_TEST_SEED={report.Seed}\n{string.Join('\n', report.Problems)}\n{string.Join('\n', report.History)}");
        Assert.InRange(report.EventsAcknowledged, settings.Customers + 1, long.MaxValue);
        Assert.Equal(Faults, report.Faults);
    }

    /// <summary>Another one each time; set the variable to run a failure again.</summary>
    private static int Seed() => Environment.GetEnvironmentVariable("ORLEANSSEG_TEST_SEED") is { Length: > 0 } told
        ? int.Parse(told, CultureInfo.InvariantCulture)
        : Random.Shared.Next();
}
