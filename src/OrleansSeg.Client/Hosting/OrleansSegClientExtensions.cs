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
        var options = Read(builder, configure);
        if (options.Gateways.Count == 0)
        {
            options.Gateways.Add("127.0.0.1:30000");
        }

        Validate(options, GatewayProblems(options));
        return Add(builder, options, client => client.UseStaticClustering([.. options.Gateways.Select(IPEndPoint.Parse)]));
    }

    /// <summary>The same for a cluster of several silos, whose gateways are found where the cluster keeps its membership.</summary>
    /// <param name="builder">The storefront's host.</param>
    /// <param name="configure">Sets the site; null for the defaults. It names no gateways.</param>
    /// <param name="clustering">Says where the membership is, by the provider that the silos use.</param>
    /// <exception cref="OptionsValidationException">When the client is made: a setting breaks its bound; the message names it.</exception>
    public static IHostApplicationBuilder AddOrleansSegClient(
        this IHostApplicationBuilder builder, Action<OrleansSegClientOptions>? configure, Action<IClientBuilder> clustering)
    {
        ArgumentNullException.ThrowIfNull(clustering);
        var options = Read(builder, configure);
        Validate(options, options.Gateways.Count == 0 ? [] : ["Gateways: they are found in the membership; leave them out."]);
        return Add(builder, options, clustering);
    }

    private static OrleansSegClientOptions Read(IHostApplicationBuilder builder, Action<OrleansSegClientOptions>? configure)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var options = new OrleansSegClientOptions();
        configure?.Invoke(options);
        return options;
    }

    private static IHostApplicationBuilder Add(IHostApplicationBuilder builder, OrleansSegClientOptions options, Action<IClientBuilder> clustering)
    {
        var retry = new ConnectionRetry(options.ConnectTimeout, TimeProvider.System);
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.UseOrleansClient(client =>
        {
            client.Configure<ClusterOptions>(cluster => (cluster.ClusterId, cluster.ServiceId) = (options.ClusterId, options.ServiceId));
            client.Configure<GatewayOptions>(gateways => gateways.GatewayListRefreshPeriod = options.GatewayRefreshPeriod);
            client.Configure<ClientMessagingOptions>(messages => messages.ResponseTimeout = options.CallTimeout);
            client.UseConnectionRetryFilter(retry.ShouldRetryConnectionAttempt);
            clustering(client);
        });
        builder.Services.AddSingleton(provider => new SegmentationClient(provider.GetRequiredService<IClusterClient>(), options.Site));
        return builder;
    }

    private static IEnumerable<string> GatewayProblems(OrleansSegClientOptions options) => options.Gateways
        .Where(gateway => !IPEndPoint.TryParse(gateway, out var point) || point.Port == 0)
        .Select(gateway => $"Gateways: '{gateway}' is not an address and a port, such as 127.0.0.1:30000.");

    private static void Validate(OrleansSegClientOptions options, IEnumerable<string> problems)
    {
        var failures = (new OrleansSegClientOptionsValidator().Validate(null, options).Failures ?? []).Concat(problems).ToList();
        if (failures.Count > 0)
        {
            throw new OptionsValidationException(nameof(OrleansSegClientOptions), typeof(OrleansSegClientOptions), failures);
        }
    }
}
