using System.Collections.Immutable;
using System.Net;
using Microsoft.Extensions.DependencyInjection;
using OrleansSeg.Client;
using OrleansSeg.Events;
using OrleansSeg.Persistence.Sqlite;

namespace OrleansSeg.Silo.Tests;

public sealed class EndpointTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    [Theory]
    [InlineData("/health/live")]
    [InlineData("/health/ready")]
    public async Task Health_OfAServingSilo_IsHealthy(string path)
    {
        using var response = await server.Http.GetAsync(new Uri(path, UriKind.Relative));
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Contains("\"status\":\"Healthy\"", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Metrics_AfterBehaviourAndLookUps_HoldOursAndOrleans()
    {
        var client = new SegmentationClient(server.Silo.Grains, "metrics");
        var purchase = new BehaviourEvent
        {
            EventId = "e1", Type = EventType.Purchase, Timestamp = new DateTimeOffset(2026, 1, 5, 0, 0, 0, TimeSpan.Zero), UnitPrice = 3, Quantity = 1,
        };
        await client.RecordAsync("ann", ImmutableArray.Create(purchase));
        Assert.True((await client.LookUpAsync("ann")).Stale);

        var text = await server.Http.GetStringAsync(new Uri("/metrics", UriKind.Relative));
        Assert.Contains("orleansseg_customers_events", text, StringComparison.Ordinal);
        Assert.Contains("orleansseg_customers_lookups_stale", text, StringComparison.Ordinal);
        Assert.Contains("orleansseg_inference_queue_length", text, StringComparison.Ordinal);
        Assert.Contains("orleansseg_sqlite_group_size", text, StringComparison.Ordinal);
        Assert.Contains("orleans_", text.Replace("orleansseg_", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Contains("dotnet_", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ready_WhenTheStoresFileIsGone_IsUnhealthyAndNamesIt_WhileLiveStays()
    {
        await using var folder = new GoneStore();
        await folder.Server.InitializeAsync();
        var file = folder.Server.Silo.Services.GetRequiredService<SqliteStore>().FilePath;
        File.Move(file, file + ".away");
        using var ready = await folder.Server.Http.GetAsync(new Uri("/health/ready", UriKind.Relative));
        using var live = await folder.Server.Http.GetAsync(new Uri("/health/live", UriKind.Relative));
        File.Move(file + ".away", file);
        Assert.Equal((HttpStatusCode.ServiceUnavailable, HttpStatusCode.OK), (ready.StatusCode, live.StatusCode));
        Assert.Contains("is gone", await ready.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        using var again = await folder.Server.Http.GetAsync(new Uri("/health/ready", UriKind.Relative));
        Assert.Equal(HttpStatusCode.OK, again.StatusCode);
    }

    private sealed class GoneStore : IAsyncDisposable
    {
        public ServerFixture Server { get; } = new();

        public async ValueTask DisposeAsync() => await Server.DisposeAsync();
    }
}
