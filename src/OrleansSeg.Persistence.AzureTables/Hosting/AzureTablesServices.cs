using Azure.Data.Tables;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Storage;

namespace OrleansSeg.Persistence.AzureTables;

/// <summary>What silos and clients both need: the options, checked at start, and one store.</summary>
internal static class AzureTablesServices
{
    public static void Add(IServiceCollection services, Action<AzureTablesOptions>? configure)
    {
        var options = services.AddOptions<AzureTablesOptions>().ValidateOnStart();
        if (configure is not null)
        {
            options.Configure(configure);
        }

        if (services.Any(service => service.ServiceType == typeof(AzureTablesStore)))
        {
            return;
        }

        services.AddSingleton<IValidateOptions<AzureTablesOptions>, AzureTablesOptionsValidator>();
        services.AddSingleton<IValidateOptions<AzureTablesOptions>>(
            new AzureConnectionValidator<AzureTablesOptions>("AzureTables", "TableEndpoint", text => _ = new TableServiceClient(text)));
        services.TryAddSingleton<OrleansGrainStorageSerializer>();
        services.AddSingleton(provider => new AzureTablesStore(
            provider.GetRequiredService<IOptions<AzureTablesOptions>>().Value,
            provider.GetService<TimeProvider>() ?? TimeProvider.System,
            provider.GetRequiredService<ILogger<AzureTablesStore>>()));
    }
}
