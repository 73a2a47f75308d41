using System.Globalization;
using OrleansSeg.Client;
using OrleansSeg.Events;
using OrleansSeg.Silo.Hosting;

namespace OrleansSeg.Silo.Tests;

/// <summary>What a silo does when it starts on a store that holds customers already.</summary>
public sealed class StartTests : IDisposable
{
    private const int Customers = 300;
    private readonly string _folder = Directory.CreateTempSubdirectory("orleansseg-start-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Start_OnAStoreOfManyCustomers_WakesNoneOfThem()
    {
        await using (var filled = await StartAsync())
        {
            var client = new SegmentationClient(filled.Grains, "default");
            await Task.WhenAll(Enumerable.Range(0, Customers).Select(n => client.RecordAsync(IdOf(n), [View])));
            Assert.Equal(Customers, await CountAsync(filled, "CustomerGrain"));
        }

        // Partitions are woken by their reminders, which are as many as partitions; customers by whoever asks for them.
        await using var again = await StartAsync();
        Assert.Equal(0, await CountAsync(again, "CustomerGrain"));
        await new SegmentationClient(again.Grains, "default").LookUpAsync(IdOf(1));
        Assert.Equal(1, await CountAsync(again, "CustomerGrain"));
    }

    private static BehaviourEvent View => new()
    {
        EventId = "e1", Type = EventType.View, Timestamp = new DateTimeOffset(2026, 1, 5, 0, 0, 0, TimeSpan.Zero), Item = "cup",
    };

    private static string IdOf(int number) => string.Create(CultureInfo.InvariantCulture, $"c{number}");

    private static async Task<int> CountAsync(RunningSilo silo, string grainClass)
    {
        var statistics = await silo.Grains.GetGrain<IManagementGrain>(0).GetSimpleGrainStatistics();
        return statistics.Where(one => one.GrainType.Contains(grainClass, StringComparison.Ordinal)).Sum(one => one.ActivationCount);
    }

    private async Task<RunningSilo> StartAsync()
    {
        var silo = SiloHost.CreateServer(ServerFixture.Configuration(_folder));
        await silo.StartAsync(CancellationToken.None);
        return silo;
    }
}
