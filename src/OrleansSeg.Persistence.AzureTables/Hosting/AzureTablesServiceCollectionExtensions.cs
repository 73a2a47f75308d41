using OrleansSeg.Persistence.AzureTables;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds the table service by itself, for programs that prepare or watch it.</summary>
public static class AzureTablesServiceCollectionExtensions
{
    /// <summary>Adds <see cref="AzureTablesStore"/> with its options, checked at start.</summary>
    /// <param name="services">The services of a silo, a client or a tool.</param>
    /// <param name="configure">Sets the account; null when the options are set elsewhere.</param>
    public static IServiceCollection AddAzureTables(this IServiceCollection services, Action<AzureTablesOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        AzureTablesServices.Add(services, configure);
        return services;
    }
}
