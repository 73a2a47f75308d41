using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Orleans.Runtime;
using Orleans.Runtime.Hosting;
using Orleans.Storage;
using OrleansSeg.Persistence.Sqlite;

namespace Orleans.Hosting;

/// <summary>Puts grain state and reminders of a silo into the embedded store.</summary>
public static class SqliteSiloBuilderExtensions
{
    /// <summary>Adds the store, and grain storage over it under each of the names given.</summary>
    /// <param name="builder">The silo.</param>
    /// <param name="configure">Sets the directory.</param>
    /// <param name="storageNames">Provider names that grains ask for.</param>
    public static ISiloBuilder AddSqliteGrainStorage(
        this ISiloBuilder builder, Action<SqliteStoreOptions> configure, params string[] storageNames)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(storageNames);
        AddStore(builder.Services, configure);
        foreach (var name in storageNames)
        {
            builder.Services.AddGrainStorage(name, (services, _) => SqliteGrainStorage.Create(services));
        }

        return builder;
    }

    /// <summary>Keeps reminders in the store that <see cref="AddSqliteGrainStorage"/> opened.</summary>
    public static ISiloBuilder UseSqliteReminderService(this ISiloBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.AddReminders();
        builder.Services.AddSingleton<IReminderTable, SqliteReminderTable>();
        return builder;
    }

    private static void AddStore(IServiceCollection services, Action<SqliteStoreOptions> configure)
    {
        services.AddOptions<SqliteStoreOptions>().Configure(configure).ValidateOnStart();
        services.TryAddSingleton<IValidateOptions<SqliteStoreOptions>, SqliteStoreOptionsValidator>();
        services.TryAddSingleton<OrleansGrainStorageSerializer>();
        services.TryAddSingleton(provider => new SqliteStore(provider.GetRequiredService<IOptions<SqliteStoreOptions>>().Value));
        services.TryAddSingleton<SqliteGrainCatalog>();
    }
}
