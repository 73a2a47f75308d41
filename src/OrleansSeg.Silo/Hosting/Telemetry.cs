using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using OrleansSeg.Silo.Configuration;

namespace OrleansSeg.Silo.Hosting;

/// <summary>Metrics of Orleans, of our meters and of the runtime; traces of Orleans when a collector is named.</summary>
internal static class Telemetry
{
    public static void Add(IServiceCollection services, SiloSettings options)
    {
        var telemetry = services.AddOpenTelemetry().ConfigureResource(resource => resource.AddService("orleansseg-silo"));
        telemetry.WithMetrics(metrics =>
        {
            metrics.AddMeter("Microsoft.Orleans", "OrleansSeg.*").AddRuntimeInstrumentation().AddPrometheusExporter();
            if (options.OtlpEndpoint is { } endpoint)
            {
                metrics.AddOtlpExporter(exporter => exporter.Endpoint = endpoint);
            }
        });
        if (options.OtlpEndpoint is { } collector)
        {
            telemetry.WithTracing(traces => traces
                .AddSource("Microsoft.Orleans.*")
                .AddOtlpExporter(exporter => exporter.Endpoint = collector));
        }
    }
}
