using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;

namespace OrleansSeg.Silo.Storage;

/// <summary>What every store on a server of its own needs: a gate that a silo passes before it starts, and readiness.</summary>
internal static class SharedStoreServices
{
    /// <summary>Adds the store under the names it is asked for, and its gate.</summary>
    public static void AddSharedStore<TStore>(this IServiceCollection services)
        where TStore : class, ISharedStore, IStoreProbe
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<TStore>();
        services.AddSingleton<ISharedStore>(provider => provider.GetRequiredService<TStore>());
        services.AddSingleton<IStoreProbe>(provider => provider.GetRequiredService<TStore>());
        services.AddSingleton<StoreGate>();
    }

    /// <summary>The store's services alone, for work without a silo.</summary>
    /// <param name="backend">The store.</param>
    /// <param name="root">The section <c>OrleansSeg</c>.</param>
    /// <param name="loggers">Hear what the store says.</param>
    public static ServiceProvider OpenAlone(this IStorageBackend backend, IConfigurationSection root, ILoggerFactory loggers)
    {
        var services = new ServiceCollection().AddSingleton(loggers).AddLogging();
        backend.Bind(services, root);
        return services.BuildServiceProvider();
    }
}
