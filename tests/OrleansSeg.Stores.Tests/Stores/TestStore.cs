using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;
using Orleans.Hosting;
using Orleans.Messaging;
using Orleans.Runtime;
using Orleans.Storage;
using OrleansSeg.Customers;
using OrleansSeg.Silo.Configuration;
using OrleansSeg.Silo.Hosting;
using OrleansSeg.Silo.Storage;

namespace OrleansSeg.Stores.Tests;

/// <summary>The providers that a backend gives a silo and a client, made ready as a start makes them, without a silo around them.</summary>
internal sealed class TestStore : IAsyncDisposable
{
    private readonly IHost _silo;
    private readonly IHost _client;

    private TestStore(IHost silo, IHost client, string name) => (_silo, _client, Name) = (silo, client, name);

    /// <summary>The id of its service and its cluster.</summary>
    public string Name { get; }

    public IGrainStorage Storage => _silo.Services.GetRequiredKeyedService<IGrainStorage>("orleansseg");

    public IMembershipTable Membership => _silo.Services.GetRequiredService<IMembershipTable>();

    public IReminderTable Reminders => _silo.Services.GetRequiredService<IReminderTable>();

    public IGatewayListProvider Gateways => _client.Services.GetRequiredService<IGatewayListProvider>();

    public IGrainStateCatalog Catalog => _silo.Services.GetRequiredService<IGrainStateCatalog>();

    public IStoreProbe Probe => _silo.Services.GetRequiredService<IStoreProbe>();

    /// <summary>Makes the store ready for a first start.</summary>
    public static Task<StoreInitialization?> InitializeAsync(string store, string connectionString) =>
        SiloHost.InitializeStoreAsync(StoreSettings.Of(store, connectionString), CancellationToken.None);

    /// <summary>Opens the providers of a service and cluster.</summary>
    /// <param name="configuration">Names the store.</param>
    /// <param name="name">A name that was used before, or null for one that no other test uses.</param>
    public static async Task<TestStore> OpenAsync(IConfiguration configuration, string? name = null)
    {
        name ??= $"t{Guid.NewGuid():N}";
        var root = configuration.GetSection("OrleansSeg");
        var backend = StorageBackends.Named(root["Storage"]!);
        var silo = NewHost();
        backend.Bind(silo.Services, root);
        silo.UseOrleans(builder =>
        {
            backend.Add(builder, new SiloSettings { DataDirectory = root["DataDirectory"]! }, new NetworkOptions());
            builder.Configure<ClusterOptions>(cluster => (cluster.ClusterId, cluster.ServiceId) = (name, name));
        });
        var client = NewHost();
        client.UseOrleansClient(builder =>
        {
            backend.Add(builder, root);
            builder.Configure<ClusterOptions>(cluster => (cluster.ClusterId, cluster.ServiceId) = (name, name));
        });
        var store = new TestStore(silo.Build(), client.Build(), name);
        await store.BeginAsync(backend.Name);
        return store;
    }

    public async ValueTask DisposeAsync()
    {
        await ((IAsyncDisposable)_client).DisposeAsync();
        await ((IAsyncDisposable)_silo).DisposeAsync();
    }

    /// <summary>Disposes all that a test opened.</summary>
    public static async Task DisposeAllAsync(IEnumerable<TestStore> stores)
    {
        foreach (var store in stores)
        {
            await store.DisposeAsync();
        }
    }

    private static HostApplicationBuilder NewHost() => Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());

    private async Task BeginAsync(string backend)
    {
        await _silo.Services.GetRequiredService<StoreGate>().PassAsync(CancellationToken.None);
        var provider = _silo.Services.GetRequiredKeyedService<IGrainStorage>($"orleansseg.{backend}");
        var stages = new Stages();
        ((ILifecycleParticipant<ISiloLifecycle>)provider).Participate(stages);
        await stages.RunAsync();
        await Membership.InitializeMembershipTableAsync(tryInitTableVersion: true, default);
        await Gateways.InitializeGatewayListProviderAsync(default);
        await Reminders.StartAsync();
    }

    /// <summary>Runs what a provider does when a silo starts.</summary>
    private sealed class Stages : ISiloLifecycle
    {
        private readonly List<(int Stage, ILifecycleObserver Observer)> _observers = [];

        public int HighestCompletedStage => int.MaxValue;

        public int LowestStoppedStage => int.MaxValue;

        public IDisposable Subscribe(string observerName, int stage, ILifecycleObserver observer)
        {
            _observers.Add((stage, observer));
            return new MemoryStream();
        }

        public async Task RunAsync()
        {
            foreach (var (_, observer) in _observers.OrderBy(entry => entry.Stage))
            {
                await observer.OnStart(CancellationToken.None);
            }
        }
    }
}
