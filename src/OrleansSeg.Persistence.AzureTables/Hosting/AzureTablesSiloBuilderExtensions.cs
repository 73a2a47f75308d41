using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using OrleansSeg.Persistence.AzureTables;

namespace Orleans.Hosting;

/// <summary>Puts grain state, membership and reminders of a cluster into Azure Tables.</summary>
/// <remarks>The methods share one account: what any of them configures holds for all.</remarks>
public static class AzureTablesSiloBuilderExtensions
{
    /// <summary>Adds grain storage under each of the names given, and the catalogue of what it holds.</summary>
    /// <param name="builder">The silo.</param>
    /// <param name="configure">Sets the account; null when another of these methods does.</param>
    /// <param name="storageNames">Provider names that grains ask for. All share one table.</param>
    public static ISiloBuilder AddAzureTablesGrainStorage(
        this ISiloBuilder builder, Action<AzureTablesOptions>? configure, params string[] storageNames)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(storageNames);
        AzureTablesServices.Add(builder.Services, configure);
        builder.Services.TryAddSingleton<AzureTablesGrainCatalog>();
        foreach (var name in storageNames)
        {
            GrainStorageProvider.Add(builder, name);
        }

        return builder;
    }

    /// <summary>Keeps the cluster's membership in Azure Tables.</summary>
    /// <param name="builder">The silo.</param>
    /// <param name="configure">Sets the account; null when another of these methods does.</param>
    public static ISiloBuilder UseAzureTablesClustering(this ISiloBuilder builder, Action<AzureTablesOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        AzureTablesServices.Add(builder.Services, configure);
        builder.Services.AddSingleton<IMembershipTable, AzureTablesMembershipTable>();
        return builder;
    }

    /// <summary>Keeps reminders in Azure Tables.</summary>
    /// <param name="builder">The silo.</param>
    /// <param name="configure">Sets the account; null when another of these methods does.</param>
    public static ISiloBuilder UseAzureTablesReminderService(this ISiloBuilder builder, Action<AzureTablesOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        AzureTablesServices.Add(builder.Services, configure);
        builder.AddReminders();
        builder.Services.AddSingleton<IReminderTable, AzureTablesReminderTable>();
        return builder;
    }
}
