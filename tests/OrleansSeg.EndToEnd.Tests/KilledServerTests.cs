using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.Extensions.DependencyInjection;
using OrleansSeg.Client;

namespace OrleansSeg.EndToEnd.Tests;

/// <summary>A server that dies under load: what it acknowledged is there afterwards, once.</summary>
public sealed class KilledServerTests : IDisposable
{
    private const int Rounds = 4;
    private readonly WorkFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Kill_UnderLoad_LosesNoAcknowledgedEvent_AndDuplicatesNone()
    {
        var seed = Seed();
        var random = new Random(seed);
        var storefront = new Storefront(seed);
        for (var round = 1; round <= Rounds; round++)
        {
            var acknowledgements = 100 + random.Next(900);
            var context = $"seed {seed}, round {round}, killed after {acknowledgements} more acknowledgements";
            await using var server = _folder.StartServer();
            using var host = await Storefront.ConnectAsync(await WorkFolder.GatewayOfAsync(server));
            var client = host.Services.GetRequiredService<SegmentationClient>();
            await storefront.CheckAsync(client, $"{context}, at its start");
            await KillUnderLoadAsync(server, storefront, client, acknowledgements, context);
        }

        await using var last = _folder.StartServer();
        using var reader = await Storefront.ConnectAsync(await WorkFolder.GatewayOfAsync(last));
        await storefront.CheckAsync(reader.Services.GetRequiredService<SegmentationClient>(), $"seed {seed}, after {Rounds} kills");
        var report = await OrleansSegProcess.JsonAsync(0, Patience.Longest, "verify", "--data-dir", _folder.DataDirectory);
        Assert.True((long)report["mismatches"]! == 0, $"seed {seed}: {report}");
        Assert.InRange((long)report["events"]!, storefront.AcknowledgedCount, storefront.AcknowledgedCount + storefront.UnansweredCount);
        last.Send(PosixSignal.SIGTERM);
        await last.ExitsAsync(0, Patience.Longest);
    }

    private static async Task KillUnderLoadAsync(
        OrleansSegProcess server, Storefront storefront, SegmentationClient client, int acknowledgements, string context)
    {
        using var stop = new CancellationTokenSource(Patience.Longest);
        var enough = storefront.AcknowledgedCount + acknowledgements;

        // The load would go on for ever: it ends because the server dies in the middle of it.
        var load = storefront.RecordAsync(client, int.MaxValue / 2, stop.Token);
        await Eventually.TrueAsync(() => storefront.AcknowledgedCount >= enough || load.IsCompleted, Patience.Longest, $"{context}: acknowledgements");
        await server.KillAsync();
        await stop.CancelAsync();
        await load;
    }

    /// <summary>Another one each time; set the variable to run a failure again.</summary>
    private static int Seed() => Environment.GetEnvironmentVariable("ORLEANSSEG_TEST_SEED") is { Length: > 0 } told
        ? int.Parse(told, CultureInfo.InvariantCulture)
        : Random.Shared.Next();
}
