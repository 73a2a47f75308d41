using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Clustering.Redis;
using Orleans.Configuration;
using Orleans.Hosting;
using Orleans.Persistence;
using Orleans.Runtime.Hosting;
using Orleans.Storage;
using OrleansSeg.Customers;
using OrleansSeg.Customers.Storage;
using OrleansSeg.Silo.Configuration;

namespace OrleansSeg.Silo.Storage.Redis;

/// <summary>A Redis server that several silos share, through Orleans' own Redis providers.</summary>
internal sealed class RedisBackend : IStorageBackend
{
    private const string Section = "Redis";
    private const string ProviderStorageName = $"{CustomerStorage.ProviderName}.redis";

    /// <inheritdoc />
    public string Name => "redis";

    /// <inheritdoc />
    public bool IsShared => true;

    /// <inheritdoc />
    public IReadOnlyList<string> Sections => [Section, SharedModelOptions.Section];

    /// <inheritdoc />
    public void Bind(IServiceCollection services, IConfigurationSection root)
    {
        AddConnections(services, root);
        ConfigurationSections.Bind<SharedModelOptions>(services, root.GetSection(SharedModelOptions.Section));
        services.AddSharedStore<RedisStore>();
    }

    /// <inheritdoc />
    public void Add(ISiloBuilder silo, SiloSettings top, NetworkOptions network)
    {
        silo.UseRedisClustering(_ => { });
        silo.Services.AddOptions<RedisClusteringOptions>().Configure<RedisConnections>(Connect);
        silo.UseRedisReminderService(_ => { });
        silo.Services.AddOptions<RedisReminderTableOptions>().Configure<RedisConnections>((reminders, connections) =>
        {
            reminders.ConfigurationOptions = connections.Configuration;
            reminders.CreateMultiplexer = async _ => (await connections.ClusterAsync().ConfigureAwait(false), true);
        });
        silo.Services.TryAddSingleton<OrleansGrainStorageSerializer>();
        silo.AddRedisGrainStorage(ProviderStorageName, options => options.Configure<RedisConnections, OrleansGrainStorageSerializer>(
            (storage, connections, serializer) =>
            {
                storage.ConfigurationOptions = connections.Configuration;
                storage.CreateMultiplexer = async _ => (await connections.StateAsync().ConfigureAwait(false), true);
                storage.GrainStorageSerializer = serializer;
                storage.DeleteStateOnClear = true;
            }));
        silo.Services.AddGrainStorage(CustomerStorage.ProviderName, (services, _) => new ProviderGrainStorage(
            services.GetRequiredKeyedService<IGrainStorage>(ProviderStorageName), "Redis", RedisErrors.Describe, grain => grain));
        silo.Services.AddSingleton<IGrainStateCatalog, RedisStateCatalog>();
        SharedModelOptions.Add(silo, top);
    }

    /// <inheritdoc />
    public void Add(IClientBuilder client, IConfigurationSection root)
    {
        AddConnections(client.Services, root);
        client.UseRedisClustering(_ => { });
        client.Services.AddOptions<RedisClusteringOptions>().Configure<RedisConnections>(Connect);
    }

    /// <inheritdoc />
    public async Task<StoreInitialization?> InitializeAsync(IConfigurationSection root, ILoggerFactory loggers, CancellationToken cancellationToken)
    {
        await using var provider = this.OpenAlone(root, loggers);
        await provider.GetRequiredService<StoreGate>().PassAsync(cancellationToken);
        return new StoreInitialization(Name, 0, 0);
    }

    private static void AddConnections(IServiceCollection services, IConfigurationSection root)
    {
        ConfigurationSections.Bind<RedisOptions>(services, root.GetSection(Section));
        services.AddSingleton<IValidateOptions<RedisOptions>, RedisOptionsValidator>();
        services.AddSingleton<IValidateOptions<RedisOptions>, RedisConnectionValidator>();
        services.AddSingleton<RedisConnections>();
    }

    private static void Connect(RedisClusteringOptions clustering, RedisConnections connections)
    {
        clustering.ConfigurationOptions = connections.Configuration;
        clustering.CreateMultiplexer = async _ => (await connections.ClusterAsync().ConfigureAwait(false), true);
    }
}
