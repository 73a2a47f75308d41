using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using Orleans.Configuration;
using Orleans.Hosting;
using Orleans.Runtime.Hosting;
using Orleans.Storage;
using OrleansSeg.Customers;
using OrleansSeg.Customers.Storage;
using OrleansSeg.Silo.Configuration;

namespace OrleansSeg.Silo.Storage.Postgres;

/// <summary>A PostgreSQL database that several silos share, through Orleans' own ADO.NET providers.</summary>
internal sealed class PostgresBackend : IStorageBackend
{
    private const string Section = "Postgres";
    private const string Invariant = "Npgsql";
    private const string ProviderStorageName = $"{CustomerStorage.ProviderName}.postgres";

    /// <inheritdoc />
    public string Name => "postgres";

    /// <inheritdoc />
    public bool IsShared => true;

    /// <inheritdoc />
    public IReadOnlyList<string> Sections => [Section, SharedModelOptions.Section];

    /// <inheritdoc />
    public void Bind(IServiceCollection services, IConfigurationSection root)
    {
        AddConnections(services, root);
        ConfigurationSections.Bind<SharedModelOptions>(services, root.GetSection(SharedModelOptions.Section));
        services.AddSharedStore<PostgresStore>();
    }

    /// <inheritdoc />
    public void Add(ISiloBuilder silo, SiloSettings top, NetworkOptions network)
    {
        silo.UseAdoNetClustering(options => options.Configure<PostgresSources>(
            (clustering, sources) => (clustering.Invariant, clustering.DataSource) = (Invariant, sources.Cluster)));
        silo.UseAdoNetReminderService(options => options.Configure<PostgresSources>(
            (reminders, sources) => (reminders.Invariant, reminders.DataSource) = (Invariant, sources.Cluster)));
        silo.Services.TryAddSingleton<OrleansGrainStorageSerializer>();
        silo.AddAdoNetGrainStorage(ProviderStorageName, options => options.Configure<PostgresSources, OrleansGrainStorageSerializer>(
            (storage, sources, serializer) =>
            {
                (storage.Invariant, storage.DataSource) = (Invariant, sources.State);
                storage.GrainStorageSerializer = serializer;
                storage.DeleteStateOnClear = true;
            }));
        silo.Services.AddGrainStorage(CustomerStorage.ProviderName, (services, _) => new ProviderGrainStorage(
            services.GetRequiredKeyedService<IGrainStorage>(ProviderStorageName), "PostgreSQL", PostgresErrors.Describe, WholeId));
        silo.Services.AddSingleton<IGrainStateCatalog, PostgresStateCatalog>();
        SharedModelOptions.Add(silo, top);
    }

    /// <inheritdoc />
    public void Add(IClientBuilder client, IConfigurationSection root)
    {
        AddConnections(client.Services, root);
        client.UseAdoNetClustering(options => options.Configure<PostgresSources>(
            (clustering, sources) => (clustering.Invariant, clustering.DataSource) = (Invariant, sources.Cluster)));
    }

    /// <inheritdoc />
    public async Task<StoreInitialization?> InitializeAsync(IConfigurationSection root, ILoggerFactory loggers, CancellationToken cancellationToken)
    {
        await using var provider = this.OpenAlone(root, loggers);
        var store = provider.GetRequiredService<PostgresStore>();
        var before = 0;
        await provider.GetRequiredService<StoreGate>().WaitAsync(
            token => store.TryInitializeAsync(version => before = version, token), cancellationToken);
        return new StoreInitialization(Name, before, PostgresSchema.Latest);
    }

    private static void AddConnections(IServiceCollection services, IConfigurationSection root)
    {
        ConfigurationSections.Bind<PostgresOptions>(services, root.GetSection(Section));
        services.AddSingleton<IValidateOptions<PostgresOptions>, PostgresOptionsValidator>();
        services.AddSingleton<IValidateOptions<PostgresOptions>, PostgresConnectionValidator>();
        services.AddSingleton<PostgresSources>();
    }

    // Orleans' provider leaves the grain's type out of the key, and takes a key that reads as a number or a GUID for one, so that "0feed"
    // would be "feed". The whole id as the key keeps all grains apart.
    private static GrainId WholeId(GrainId grain) => GrainId.Create(grain.Type, IdSpan.Create(grain.ToString()));
}
