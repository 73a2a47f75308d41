using System.Globalization;
using System.Net;
using System.Runtime.InteropServices;
using Microsoft.Extensions.DependencyInjection;
using OrleansSeg.Client;

namespace OrleansSeg.EndToEnd.Tests;

/// <summary>A server that is asked to stop.</summary>
public sealed class StoppedServerTests : IDisposable
{
    private readonly WorkFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(PosixSignal.SIGTERM)]
    [InlineData(PosixSignal.SIGINT)]
    public async Task Signal_UnderLoad_FinishesWhatIsInFlight_AndExitsZero(PosixSignal signal)
    {
        var storefront = new Storefront(seed: 1);
        await using (var server = _folder.StartServer())
        {
            using var host = await Storefront.ConnectAsync(await WorkFolder.GatewayOfAsync(server));
            using var stop = new CancellationTokenSource(Patience.Longest);
            var load = storefront.RecordAsync(host.Services.GetRequiredService<SegmentationClient>(), int.MaxValue / 2, stop.Token);
            await Eventually.TrueAsync(() => storefront.AcknowledgedCount > 200, Patience.Longest, "acknowledgements before the signal");
            server.Send(signal);
            await server.ExitsAsync(0, Patience.Longest);
            await stop.CancelAsync();
            await load;
        }

        await using var next = _folder.StartServer();
        using var reader = await Storefront.ConnectAsync(await WorkFolder.GatewayOfAsync(next));
        await storefront.CheckAsync(reader.Services.GetRequiredService<SegmentationClient>(), $"after {signal}");
    }

    [Fact]
    public async Task Server_TellsThatItIsReady_AndWhatItMeasures()
    {
        await using var server = _folder.StartServer();
        var told = await server.FirstDocumentAsync(Patience.Longest);
        var root = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{(int)told["httpPort"]!}"));
        using var http = new HttpClient { BaseAddress = root };
        using var ready = await http.GetAsync(new Uri("/health/ready", UriKind.Relative));
        Assert.Equal(HttpStatusCode.OK, ready.StatusCode);
        Assert.Contains("orleans", await http.GetStringAsync(new Uri("/metrics", UriKind.Relative)), StringComparison.OrdinalIgnoreCase);
        Assert.Equal(server.Id, (int)told["processId"]!);
    }
}
