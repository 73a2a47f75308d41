using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Serialization;
using Orleans.Serialization.Serializers;
using Orleans.Storage;

namespace OrleansSeg.Persistence.Sqlite.Tests;

/// <summary>A store in a folder of its own, which can be closed and opened again.</summary>
public sealed class StoreFixture : IAsyncDisposable
{
    private readonly ServiceProvider _services = new ServiceCollection().AddSerializer().AddSingleton<OrleansGrainStorageSerializer>().BuildServiceProvider();
    private readonly IOptions<ClusterOptions> _cluster = Options.Create(new ClusterOptions { ServiceId = "shop", ClusterId = "test" });

    public StoreFixture(long? pageCountMax = null)
    {
        Folder = Directory.CreateTempSubdirectory("orleansseg-store-").FullName;
        PageCountMax = pageCountMax;
        Open();
    }

    public string Folder { get; }

    public long? PageCountMax { get; }

    public SqliteStore Store { get; private set; } = null!;

    public SqliteGrainStorage Storage { get; private set; } = null!;

    public SqliteReminderTable Reminders { get; private set; } = null!;

    public SqliteGrainCatalog Catalog { get; private set; } = null!;

    public async Task ReopenAsync()
    {
        await Store.DisposeAsync();
        Open();
    }

    public async ValueTask DisposeAsync()
    {
        await Store.DisposeAsync();
        await _services.DisposeAsync();
        Directory.Delete(Folder, recursive: true);
    }

    private void Open()
    {
        Store = new SqliteStore(new SqliteStoreOptions { Directory = Folder, PageCountMax = PageCountMax });
        Storage = new SqliteGrainStorage(
            Store,
            _services.GetRequiredService<OrleansGrainStorageSerializer>(),
            _services.GetRequiredService<IActivatorProvider>(),
            TimeProvider.System,
            _cluster);
        Reminders = new SqliteReminderTable(Store, _cluster);
        Catalog = new SqliteGrainCatalog(Store, _cluster);
    }
}
