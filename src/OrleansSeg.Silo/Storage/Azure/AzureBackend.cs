using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Hosting;
using OrleansSeg.Customers;
using OrleansSeg.Customers.Storage;
using OrleansSeg.Models;
using OrleansSeg.Persistence.AzureTables;
using OrleansSeg.Silo.Configuration;

namespace OrleansSeg.Silo.Storage.Azure;

/// <summary>An Azure storage account that several silos share: tables for grain state, membership and reminders, blobs for model bundles.</summary>
internal sealed class AzureBackend : IStorageBackend
{
    private const string TablesSection = "AzureTables";
    private const string BlobsSection = "AzureBlobs";

    /// <inheritdoc />
    public string Name => "azure";

    /// <inheritdoc />
    public bool IsShared => true;

    /// <inheritdoc />
    public IReadOnlyList<string> Sections => [TablesSection, BlobsSection];

    /// <inheritdoc />
    public void Bind(IServiceCollection services, IConfigurationSection root)
    {
        services.Configure<AzureTablesOptions>(SuitGrains);
        ConfigurationSections.Bind<AzureTablesOptions>(services, root.GetSection(TablesSection));
        ConfigurationSections.Bind<AzureBlobBundleOptions>(services, root.GetSection(BlobsSection));
        services.AddOptions<AzureBlobBundleOptions>().PostConfigure<IOptions<AzureTablesOptions>>(ShareAccount);
        services.AddAzureTables();
        services.AddAzureBlobBundles();
        services.AddSharedStore<AzureStore>();
    }

    /// <inheritdoc />
    public void Add(ISiloBuilder silo, SiloSettings top, NetworkOptions network)
    {
        silo.UseAzureTablesClustering();
        silo.UseAzureTablesReminderService();
        silo.AddAzureTablesGrainStorage(null, CustomerStorage.ProviderName);
        silo.Services.AddSingleton<IGrainStateCatalog, AzureStateCatalog>();
        silo.Services.Configure<FolderModelStoreOptions>(store => store.Directory = top.ModelDirectory);
        silo.Services.AddSingleton<AzureModelStore>();
        silo.Services.AddSingleton<IModelStore>(services => services.GetRequiredService<AzureModelStore>());
        silo.Services.AddHostedService<ModelPruning>();
    }

    /// <inheritdoc />
    public void Add(IClientBuilder client, IConfigurationSection root)
    {
        ConfigurationSections.Bind<AzureTablesOptions>(client.Services, root.GetSection(TablesSection));
        client.UseAzureTablesClustering();
    }

    /// <inheritdoc />
    public async Task<StoreInitialization?> InitializeAsync(IConfigurationSection root, ILoggerFactory loggers, CancellationToken cancellationToken)
    {
        await using var provider = this.OpenAlone(root, loggers);
        var store = provider.GetRequiredService<AzureStore>();
        var made = false;
        await provider.GetRequiredService<StoreGate>().WaitAsync(token => store.TryInitializeAsync(() => made = true, token), cancellationToken);
        return new StoreInitialization(Name, made ? 0 : AzureStore.LayoutVersion, AzureStore.LayoutVersion);
    }

    // What our grains are made for; a configuration file may say otherwise.
    private static void SuitGrains(AzureTablesOptions tables) => (tables.StateFormat, tables.DeleteStateOnClear) = (GrainStateFormat.Binary, true);

    // One account holds both unless the blobs are said to lie elsewhere; an address serves only its own service.
    private static void ShareAccount(AzureBlobBundleOptions blobs, IOptions<AzureTablesOptions> tables)
    {
        if (blobs is { ConnectionString: null, ServiceUri: null })
        {
            blobs.ConnectionString = tables.Value.ConnectionString;
        }
    }
}
