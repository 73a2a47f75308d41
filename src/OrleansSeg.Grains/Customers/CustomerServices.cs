using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using OrleansSeg.Customers.Scoring;
using OrleansSeg.Hosting;

namespace OrleansSeg.Customers;

/// <summary>What customers, partitions and segments need of a silo.</summary>
internal static class CustomerServices
{
    /// <summary>Registers it.</summary>
    public static IServiceCollection AddCustomerServices(this IServiceCollection services)
    {
        services.AddMetrics();
        services.TryAddSingleton<CustomerInstruments>();
        services.TryAddSingleton<SiloStopping>();
        services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>>(provider => provider.GetRequiredService<SiloStopping>());
        services.TryAddSingleton<SiteDirectory>();
        services.TryAddSingleton<ModelWatch>();
        services.TryAddSingleton<ExplanationCache>();
        AddOptions<SiteOptions, SiteOptionsValidator>(services);
        AddOptions<CustomerOptions, CustomerOptionsValidator>(services);
        services.AddSingleton<IValidateOptions<CustomerOptions>, CustomerRetentionValidator>();
        AddOptions<PartitionOptions, PartitionOptionsValidator>(services);
        AddOptions<RescoringOptions, RescoringOptionsValidator>(services);
        return services;
    }

    private static void AddOptions<TOptions, TValidator>(IServiceCollection services)
        where TOptions : class
        where TValidator : class, IValidateOptions<TOptions>
    {
        services.AddOptions<TOptions>().ValidateOnStart();
        services.AddSingleton<IValidateOptions<TOptions>, TValidator>();
    }
}
