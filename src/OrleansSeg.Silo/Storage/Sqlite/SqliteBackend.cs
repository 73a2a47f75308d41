using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Orleans.Hosting;
using OrleansSeg.Customers;
using OrleansSeg.Customers.Storage;
using OrleansSeg.Models;
using OrleansSeg.Persistence.Sqlite;
using OrleansSeg.Silo.Configuration;

namespace OrleansSeg.Silo.Storage.Sqlite;

/// <summary>The embedded store of one silo: a SQLite file and a folder of bundles in the data directory.</summary>
internal sealed class SqliteBackend : IStorageBackend
{
    private const string Section = "Sqlite";

    /// <inheritdoc />
    public string Name => "sqlite";

    /// <inheritdoc />
    public bool IsShared => false;

    /// <inheritdoc />
    public IReadOnlyList<string> Sections => [Section];

    /// <inheritdoc />
    public void Bind(IServiceCollection services, IConfigurationSection root)
    {
        var section = root.GetSection(Section);
        if (section[nameof(SqliteStoreOptions.Directory)] is not null)
        {
            throw new OptionsValidationException(
                root.Path, typeof(SqliteStoreOptions), [$"{section.Path}:Directory is no setting; the store lies in {root.Path}:DataDirectory."]);
        }

        ConfigurationSections.Bind<SqliteStoreOptions>(services, section);
    }

    /// <inheritdoc />
    public void Add(ISiloBuilder silo, SiloSettings top, NetworkOptions network)
    {
        silo.UseLocalhostClustering(network.SiloPort, network.GatewayPort);
        silo.AddSqliteGrainStorage(store => store.Directory = top.DataDirectory, CustomerStorage.ProviderName);
        silo.UseSqliteReminderService();
        silo.Services.Configure<FolderModelStoreOptions>(store => store.Directory = top.ModelDirectory);
        silo.Services.AddSingleton<IGrainStateCatalog, SqliteStateCatalog>();
        silo.Services.AddSingleton<IStoreProbe, SqliteProbe>();
    }

    /// <inheritdoc />
    public void Add(IClientBuilder client, IConfigurationSection root)
    {
        var network = root.GetSection("Network").Get<NetworkOptions>() ?? new NetworkOptions();
        client.UseStaticClustering(new System.Net.IPEndPoint(System.Net.IPAddress.Parse(network.Address), network.GatewayPort));
    }
}
