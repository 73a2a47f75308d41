using Microsoft.Extensions.DependencyInjection;
using Orleans.Messaging;
using OrleansSeg.Persistence.AzureTables;

namespace Orleans.Hosting;

/// <summary>Lets a client find the gateways of a cluster in Azure Tables.</summary>
public static class AzureTablesClientBuilderExtensions
{
    /// <summary>Reads the gateways from the cluster's membership table.</summary>
    /// <param name="builder">The client.</param>
    /// <param name="configure">Sets the account, of which permission to read is enough; null when the options are set elsewhere.</param>
    public static IClientBuilder UseAzureTablesClustering(this IClientBuilder builder, Action<AzureTablesOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        AzureTablesServices.Add(builder.Services, configure);
        builder.Services.AddSingleton<IGatewayListProvider, AzureTablesGatewayListProvider>();
        return builder;
    }
}
