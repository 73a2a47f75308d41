using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Orleans.Configuration;
using Orleans.Hosting;
using Orleans.Storage;
using Orleans.TestingHost;
using OrleansSeg.Customers;
using OrleansSeg.Customers.Storage;
using OrleansSeg.Inference;
using OrleansSeg.Models;
using OrleansSeg.Persistence.Sqlite;

namespace OrleansSeg.Grains.Tests.Clusters;

/// <summary>A cluster with the real grains over a real SQLite store; the clock, the model and faults are the test's.</summary>
/// <remarks>
/// Grains see <see cref="Time"/>, which moves only when a test moves it. Scoring goes through the real worker and batcher to
/// <see cref="Model"/>; a site has no model until <see cref="PublishModelAsync"/>. Use fresh sites or customers in each test.
/// </remarks>
public class ShopCluster : IAsyncLifetime
{
    private const string ServiceId = "orleansseg-tests";

    // Messages carry it as whole milliseconds of 32 bits.
    private static readonly TimeSpan CallMax = TimeSpan.FromDays(20);

    private readonly string _folder;
    private readonly bool _ownsFolder;
    private InProcessTestCluster? _cluster;
    private int _sites;
    private int _models;

    /// <summary>A cluster in a folder of its own.</summary>
    public ShopCluster()
        : this(null)
    {
    }

    private ShopCluster(string? folder)
    {
        _ownsFolder = folder is null;
        _folder = folder ?? Directory.CreateTempSubdirectory("orleansseg-cluster-").FullName;
    }

    /// <summary>The domain's clock, at first 2026-03-02 09:00 UTC.</summary>
    public ClusterClock Time { get; } = new(new DateTimeOffset(2026, 3, 2, 9, 0, 0, TimeSpan.Zero));

    /// <summary>Faults of the store.</summary>
    public StorageFaults Faults { get; } = new();

    /// <summary>Grain calls to watch, refuse or swallow.</summary>
    public CallScript Calls { get; } = new();

    /// <summary>What every model answers, whatever its version.</summary>
    public ScriptedScores Model { get; } = new();

    /// <summary>The running cluster.</summary>
    public InProcessTestCluster Cluster => _cluster ?? throw new InvalidOperationException("The cluster is not up.");

    /// <summary>Grains as a storefront's client finds them.</summary>
    public IGrainFactory Grains => Cluster.Client;

    /// <summary>Services of the first silo.</summary>
    public IServiceProvider Services => Cluster.GetSiloServiceProvider(Cluster.GetActiveSilos().First().SiloAddress);

    /// <summary>The store as grains see it, faults included.</summary>
    public IGrainStorage Storage => Services.GetRequiredKeyedService<IGrainStorage>(CustomerStorage.ProviderName);

    /// <summary>Whether partitions wake themselves: a jump of the clock then brings a tick for every period it passes.</summary>
    protected virtual bool HasReminders => false;

    /// <summary>Silos to start.</summary>
    protected virtual short SiloCount => 1;

    /// <inheritdoc />
    public async Task InitializeAsync()
    {
        var builder = new InProcessTestClusterBuilder(SiloCount);
        builder.Options.AssumeHomogenousSilosForTesting = false;
        builder.Options.ServiceId = ServiceId;
        builder.ConfigureSilo((options, silo) => ConfigureSilo(options.SiloName, silo));
        builder.ConfigureSiloHost((_, host) => host.Logging.ClearProviders());
        _cluster = builder.Build();
        await _cluster.DeployAsync();
    }

    /// <inheritdoc />
    public async Task DisposeAsync()
    {
        Faults.Clear();
        await Cluster.DisposeAsync();
        if (_ownsFolder)
        {
            Directory.Delete(_folder, recursive: true);
        }
    }

    /// <summary>Ends the silos as a crash would: nothing is deactivated, nothing flushed.</summary>
    public Task KillAsync() => Task.WhenAll(Cluster.GetActiveSilos().Select(silo => Cluster.KillSiloAsync(silo)));

    /// <summary>Starts a new cluster on the data of this one, which must have been killed and is disposed last.</summary>
    public async Task<ShopCluster> RestartAsync()
    {
        var next = new ShopCluster(_folder);
        await next.InitializeAsync();
        return next;
    }

    /// <summary>Verifies a site; the clock moves over the pauses in which differences may settle.</summary>
    public Task<VerificationReport> VerifyAsync(string site) => this.DriveAsync(
        Grains.GetGrain<IVerificationGrain>(site).VerifyAsync(CancellationToken.None), TimeSpan.FromMilliseconds(100), "a verification");

    /// <summary>A site that no other test uses.</summary>
    public string NewSite() => $"shop-{Interlocked.Increment(ref _sites)}";

    /// <summary>Puts a next model in service; every version answers from <see cref="Model"/>.</summary>
    public async Task<ModelReference> PublishModelAsync(string site)
    {
        var number = Interlocked.Increment(ref _models);
        var reference = new ModelReference(0, $"{number:x64}", Time.GetUtcNow(), ScriptedScores.Labels, "a scripted model", false);
        var published = await Grains.GetGrain<IModelRegistryGrain>(site).PublishAsync(reference, promote: true, CancellationToken.None);
        await RefreshModelsAsync(site);
        return published;
    }

    /// <summary>Lets every silo hear at once which model the registry names.</summary>
    public async Task RefreshModelsAsync(string site)
    {
        foreach (var silo in Cluster.GetActiveSilos())
        {
            await Cluster.GetSiloServiceProvider(silo.SiloAddress).GetRequiredService<ServedModels>().RefreshAsync(site, CancellationToken.None);
        }
    }

    /// <summary>Ends a grain's activation, so that its next call reads the store; changes nothing when it is not in memory.</summary>
    public Task ForgetAsync(IAddressable grain) => Cluster.DeactivateAsync(grain);

    /// <summary>The folder of the store.</summary>
    protected string Folder => _folder;

    /// <summary>What a test class changes in the silo; called after everything else.</summary>
    protected virtual void Configure(ISiloBuilder silo)
    {
    }

    /// <summary>What a test class changes in one silo of several.</summary>
    /// <param name="number">The silos are numbered as they start, from 0.</param>
    /// <param name="silo">The silo.</param>
    protected virtual void Configure(int number, ISiloBuilder silo)
    {
    }

    private void ConfigureSilo(string name, ISiloBuilder silo)
    {
        silo.Services.AddSingleton<TimeProvider>(Time);

        // The silo measures its calls by this clock too, which runs much faster than the machine computes: on a busy one they would time out.
        silo.Configure<SiloMessagingOptions>(calls => (calls.ResponseTimeout, calls.SystemResponseTimeout) = (CallMax, CallMax));
        silo.AddSqliteGrainStorage(store => store.Directory = _folder, "sqlite");
        if (HasReminders)
        {
            silo.UseSqliteReminderService();
        }

        silo.Services.AddKeyedSingleton<IGrainStorage>(
            CustomerStorage.ProviderName,
            (services, _) => new FaultyStorage(services.GetRequiredKeyedService<IGrainStorage>("sqlite"), Faults));
        silo.Services.AddSingleton<IGrainStateCatalog, StoreCatalog>();
        silo.AddOrleansSegGrains();
        silo.Services.Replace(ServiceDescriptor.Singleton<IScoringModelLoader>(new ScriptedModelLoader(Model)));
        silo.AddIncomingGrainCallFilter(Calls);
        silo.Configure<InferenceOptions>(inference => inference.LingerMax = TimeSpan.Zero);
        silo.Configure<FolderModelStoreOptions>(models => models.Directory = Path.Combine(_folder, "models"));
        silo.Configure<SiteOptions>(site => site.PartitionCount = 2);
        silo.Configure<PartitionOptions>(partition => partition.SweepInterval = TimeSpan.Zero);
        Configure(silo);
        Configure(int.Parse(name[(name.LastIndexOf('_') + 1)..], CultureInfo.InvariantCulture), silo);
    }
}
