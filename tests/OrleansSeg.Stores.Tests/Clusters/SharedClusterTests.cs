using OrleansSeg.Client;
using OrleansSeg.Customers;
using OrleansSeg.EndToEnd.Tests;

namespace OrleansSeg.Stores.Tests;

/// <summary>Silos that find each other and keep everything in one store.</summary>
public abstract class SharedClusterTests
{
    private const int Acknowledgements = 300;
    private const int ChecksMax = 100;
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(2);

    protected abstract string Store { get; }

    [SkippableFact]
    public async Task EventsRecordedThroughOneSilo_AreReadThroughAnother_AndTheStoreVerifies()
    {
        await using var server = await StartServerAsync();
        await using var cluster = new SharedCluster(Store, await PrepareAsync(server));
        var storefront = new Storefront(seed: 11);
        var one = await cluster.StartSiloAsync();
        var other = await cluster.StartSiloAsync();
        await storefront.RecordAsync(ClientOf(one), Acknowledgements, CancellationToken.None).WaitAsync(Longest);
        await storefront.CheckAsync(ClientOf(other), "through the other silo");
        await AssertVerifiesAsync(other);
    }

    [SkippableFact]
    public async Task ServerKilledUnderLoad_AndStartedAgain_LosesNothingAcknowledged()
    {
        await using var server = await StartServerAsync();
        await using var cluster = new SharedCluster(Store, await PrepareAsync(server));
        var storefront = new Storefront(seed: 12);
        var silos = new[] { await cluster.StartSiloAsync(), await cluster.StartSiloAsync() };
        for (var round = 1; round <= 3; round++)
        {
            using var stop = new CancellationTokenSource();
            var load = storefront.RecordAsync(ClientOf(silos[round % 2]), int.MaxValue / 2, stop.Token);
            await storefront.AcknowledgesAsync(Acknowledgements).WaitAsync(Longest);
            await server.KillAsync();
            await server.StartAsync();
            await storefront.AcknowledgesAsync(Acknowledgements).WaitAsync(Longest);
            await stop.CancelAsync();
            await load;
            await CheckAsync(storefront, ClientOf(silos[0]), $"round {round}");
        }

        await cluster.StopAllAsync();
        var later = await cluster.StartSiloAsync();
        await storefront.CheckAsync(ClientOf(later), "after all silos ended");
        await AssertVerifiesAsync(later);
    }

    private protected abstract Task<ServerProcess> StartServerAsync();

    private protected abstract Task<string> PrepareAsync(ServerProcess server);

    private static SegmentationClient ClientOf(Silo.Hosting.RunningSilo silo) => new(silo.Grains, "default");

    // An activation that met the dead server says so to whoever calls it before it has ended; the next one reads the store.
    private static async Task CheckAsync(Storefront storefront, SegmentationClient client, string context)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await storefront.CheckAsync(client, context);
                return;
            }
            catch (IOException) when (attempt < ChecksMax)
            {
                await Task.Delay(100);
            }
        }
    }

    private static async Task AssertVerifiesAsync(Silo.Hosting.RunningSilo silo)
    {
        var report = await silo.Grains.GetGrain<IVerificationGrain>("default").VerifyAsync(CancellationToken.None);
        Assert.True(report.MismatchCount == 0, string.Join('\n', report.Mismatches.Select(mismatch => $"{mismatch.Customer}: {mismatch.Kind}: {mismatch.Detail}")));
        Assert.True(report.Customers > 0);
    }
}
