using System.Net;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Hosting;
using OrleansSeg.Client;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Connects a storefront to its segments.</summary>
public static class OrleansSegClientExtensions
{
    /// <summary>Adds an Orleans client that connects when the host starts, and a <see cref="SegmentationClient"/> for its site.</summary>
    /// <param name="builder">The storefront's host.</param>
    /// <param name="configure">Sets gateways and site; null for one silo on this machine.</param>
    /// <exception cref="OptionsValidationException">When the client is made: a setting breaks its bound; the message names it.</exception>
    public static IHostApplicationBuilder AddOrleansSegClient(
        this IHostApplicationBuilder builder, Action<OrleansSegClientOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var options = new OrleansSegClientOptions();
        configure?.Invoke(options);
        if (options.Gateways.Count == 0)
        {
            options.Gateways.Add("127.0.0.1:30000");
        }

        Validate(options);
        var retry = new ConnectionRetry(options.ConnectTimeout, TimeProvider.System);
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.UseOrleansClient(client => client
            .Configure<ClusterOptions>(cluster => (cluster.ClusterId, cluster.ServiceId) = (options.ClusterId, options.ServiceId))
            .UseStaticClustering([.. options.Gateways.Select(IPEndPoint.Parse)])
            .UseConnectionRetryFilter(retry.ShouldRetryConnectionAttempt));
        builder.Services.AddSingleton(provider => new SegmentationClient(provider.GetRequiredService<IClusterClient>(), options.Site));
        return builder;
    }

    private static void Validate(OrleansSegClientOptions options)
    {
        var result = new OrleansSegClientOptionsValidator().Validate(null, options);
        var failures = (result.Failures ?? []).Concat(
            options.Gateways.Where(gateway => !IPEndPoint.TryParse(gateway, out var point) || point.Port == 0)
                .Select(gateway => $"Gateways: '{gateway}' is not an address and a port, such as 127.0.0.1:30000.")).ToList();
        if (failures.Count > 0)
        {
            throw new OptionsValidationException(nameof(OrleansSegClientOptions), typeof(OrleansSegClientOptions), failures);
        }
    }
}
