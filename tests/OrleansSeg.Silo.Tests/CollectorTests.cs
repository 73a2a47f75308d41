using System.Collections.Concurrent;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Hosting;
using OrleansSeg.Client;
using OrleansSeg.Events;
using OrleansSeg.Silo.Hosting;

namespace OrleansSeg.Silo.Tests;

/// <summary>What a silo sends to a collector: the last readings leave when it stops, so no interval has to pass.</summary>
public sealed class CollectorTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("orleansseg-collector-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task OtlpEndpoint_GetsOurMetersAndOrleans()
    {
        var received = new ConcurrentDictionary<string, string>();
        await using var collector = await StartCollectorAsync(received);
        var configuration = ServerFixture.Configuration(_folder).Over("OrleansSeg:OtlpEndpoint", collector.Urls.Single());
        await using (var silo = SiloHost.CreateServer(configuration))
        {
            await silo.StartAsync(CancellationToken.None);
            var view = new BehaviourEvent { EventId = "e1", Type = EventType.View, Timestamp = new DateTimeOffset(2026, 1, 5, 0, 0, 0, TimeSpan.Zero), Item = "MUG" };
            await new SegmentationClient(silo.Grains, "shop").RecordAsync("ann", [view]);
        }

        var metrics = received["/opentelemetry.proto.collector.metrics.v1.MetricsService/Export"];
        foreach (var name in new[] { "orleansseg-silo", "Microsoft.Orleans", "OrleansSeg.Inference", "OrleansSeg.Customers", "orleansseg.inference.queue_length" })
        {
            Assert.Contains(name, metrics, StringComparison.Ordinal);
        }
    }

    /// <summary>Takes every export, as a collector does over HTTP/2 without TLS.</summary>
    private static async Task<WebApplication> StartCollectorAsync(ConcurrentDictionary<string, string> received)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2));
        var collector = builder.Build();
        collector.Run(async context =>
        {
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body);
            received.AddOrUpdate(context.Request.Path, Encoding.Latin1.GetString(body.ToArray()), (_, before) => before + Encoding.Latin1.GetString(body.ToArray()));
            context.Response.ContentType = "application/grpc";
            context.Response.DeclareTrailer("grpc-status");
            await context.Response.Body.WriteAsync(new byte[5]);
            context.Response.AppendTrailer("grpc-status", "0");
        });
        await collector.StartAsync();
        return collector;
    }
}
