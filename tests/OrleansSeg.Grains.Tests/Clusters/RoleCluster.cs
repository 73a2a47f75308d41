using Microsoft.Extensions.DependencyInjection;
using Orleans.Hosting;
using Orleans.TestingHost;
using OrleansSeg.Customers;
using OrleansSeg.Inference;
using OrleansSeg.Persistence.Sqlite;
using OrleansSeg.Placement;

namespace OrleansSeg.Grains.Tests.Clusters;

/// <summary>Several silos over one store, each with a role of its own.</summary>
/// <param name="startCount">Silos at the start; the others join later.</param>
/// <param name="roles">What each silo is there for, in the order of their start.</param>
public sealed class RoleCluster(int startCount, params Role[] roles) : ShopCluster, IAsyncDisposable
{
    private SqliteStore? _store;

    /// <summary>Partitions of a site.</summary>
    public int PartitionCount { get; init; } = Partitions.Count;

    /// <summary>What a test changes in every silo.</summary>
    public Action<ISiloBuilder> Also { get; init; } = _ => { };

    /// <summary>A silo by its number.</summary>
    public InProcessSiloHandle this[int number] => Cluster.Silos.Single(silo => silo.InstanceNumber == number);

    /// <inheritdoc />
    protected override short SiloCount => (short)startCount;

    /// <summary>Starts the silos.</summary>
    public async Task<RoleCluster> StartAsync()
    {
        // The file has one owner, so the silos of this process share it as they would a database server.
        _store = new SqliteStore(new SqliteStoreOptions { Directory = Folder });
        await InitializeAsync();
        return this;
    }

    /// <summary>Starts the next silo; ends when every silo knows it and what it is there for.</summary>
    public Task<InProcessSiloHandle> JoinAsync() => Cluster.JoinAsync();

    /// <summary>Stops a silo; ends when the others know.</summary>
    public Task LeaveAsync(InProcessSiloHandle silo) => Cluster.LeaveAsync(silo);

    /// <summary>Services of one silo.</summary>
    public IServiceProvider ServicesOf(InProcessSiloHandle silo) => Cluster.GetSiloServiceProvider(silo.SiloAddress);

    /// <summary>Where a grain is in memory; null for nowhere.</summary>
    public async Task<SiloAddress?> FindAsync(IAddressable grain) =>
        await Grains.GetGrain<IManagementGrain>(0).GetActivationAddress(grain);

    async ValueTask IAsyncDisposable.DisposeAsync()
    {
        await Cluster.StopAllSilosAsync();
        await _store!.DisposeAsync();
        await DisposeAsync();
    }

    /// <inheritdoc />
    protected override void Configure(int number, ISiloBuilder silo)
    {
        silo.Services.AddSingleton(_store!);
        silo.Configure<SiteOptions>(site => site.PartitionCount = PartitionCount);
        silo.Configure<InferenceOptions>(options => options.Enabled = roles[number].RunsInference);
        silo.Configure<RoleOptions>(options =>
        {
            options.HoldsCustomers = roles[number].HoldsCustomers;
            foreach (var site in roles[number].Sites ?? [])
            {
                options.Sites.Add(site);
            }
        });
        Also(silo);
    }
}

/// <summary>What a silo of a test is there for.</summary>
/// <param name="RunsInference">Whether it runs inference.</param>
/// <param name="HoldsCustomers">Whether customers may live on it.</param>
/// <param name="Sites">The sites it serves; null for every site.</param>
public sealed record Role(bool RunsInference, bool HoldsCustomers = true, string[]? Sites = null);
