using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Orleans.Hosting;
using Orleans.TestingHost;
using OrleansSeg.Customers.Storage;
using OrleansSeg.Grains.Tests.Clusters;
using OrleansSeg.Inference;
using OrleansSeg.Model.Bundles;
using OrleansSeg.Models;

namespace OrleansSeg.Grains.Tests.Inference;

/// <summary>Silos of which some run inference, with models that say which silo they are on. Placement filters count.</summary>
/// <param name="runsInference">One silo for each, in order; those beyond <see cref="StartCount"/> join later.</param>
internal sealed class InferenceCluster(params bool[] runsInference) : IAsyncDisposable
{
    /// <summary>Hash of a bundle that no loader can load.</summary>
    public const string Corrupt = "corrupt";

    private readonly string _folder = Directory.CreateTempSubdirectory("orleansseg-inference-").FullName;
    private readonly ConcurrentDictionary<string, ConcurrentQueue<StepModel>> _models = new();
    private InProcessTestCluster? _cluster;

    /// <summary>The silos, in the order asked for.</summary>
    public InProcessSiloHandle this[int number] => Cluster.Silos.Single(silo => silo.Name.EndsWith($"_{number}", StringComparison.Ordinal));

    public InProcessTestCluster Cluster => _cluster ?? throw new InvalidOperationException("The cluster is not up.");

    /// <summary>Grains as an external client finds them.</summary>
    public IGrainFactory Grains => Cluster.Client;

    /// <summary>Silos at the start; all unless said.</summary>
    public int StartCount { get; init; } = runsInference.Length;

    /// <summary>What a test changes on every silo.</summary>
    public Action<InferenceOptions> Configure { get; init; } = _ => { };

    public async Task<InferenceCluster> StartAsync()
    {
        var builder = new InProcessTestClusterBuilder((short)StartCount);
        builder.Options.AssumeHomogenousSilosForTesting = false;
        builder.ConfigureSilo((options, silo) => ConfigureSilo(options.SiloName, silo));
        builder.ConfigureSiloHost((_, host) => host.Logging.ClearProviders());
        _cluster = builder.Build();
        await _cluster.DeployAsync();
        return this;
    }

    /// <summary>Starts the next silo; ends when every silo knows it and what it is there for.</summary>
    public Task<InProcessSiloHandle> JoinAsync() => Cluster.JoinAsync();

    /// <summary>Stops a silo; ends when the others know.</summary>
    public Task LeaveAsync(InProcessSiloHandle silo) => Cluster.LeaveAsync(silo);

    /// <summary>Chooses as customers on that silo do.</summary>
    public InferenceDoors DoorsOn(InProcessSiloHandle silo) =>
        Cluster.GetSiloServiceProvider(silo.SiloAddress).GetRequiredService<InferenceDoors>();

    /// <summary>Models that a silo loaded, oldest first.</summary>
    public IReadOnlyCollection<StepModel> ModelsOf(InProcessSiloHandle silo) =>
        _models.TryGetValue(silo.Name, out var models) ? models : [];

    /// <summary>Requests that a silo scored.</summary>
    public int ScoredBy(InProcessSiloHandle silo) => ModelsOf(silo).Sum(model => model.Batches.Sum(batch => batch.Length));

    /// <summary>Grains as a caller on that silo finds them.</summary>
    public IGrainFactory GrainsOn(InProcessSiloHandle silo) =>
        Cluster.GetSiloServiceProvider(silo.SiloAddress).GetRequiredService<IGrainFactory>();

    /// <summary>The silos' models, as their engines use them.</summary>
    public ServedModels ServedBy(InProcessSiloHandle silo) =>
        Cluster.GetSiloServiceProvider(silo.SiloAddress).GetRequiredService<ServedModels>();

    /// <summary>Puts a next model in service; silos learn of it by themselves or by a refresh.</summary>
    public Task<ModelReference> PublishAsync(string sha256, string site = Inputs.Site) => Grains.GetGrain<IModelRegistryGrain>(site).PublishAsync(
        new ModelReference(0, sha256, DateTimeOffset.UnixEpoch, ["a"], "", false), promote: true, CancellationToken.None);

    /// <summary>Returns once so many requests wait on a silo.</summary>
    public async Task WaitForQueueAsync(InProcessSiloHandle silo, int length)
    {
        var engine = Cluster.GetSiloServiceProvider(silo.SiloAddress).GetRequiredService<InferenceBatcher>();
        using var patience = new CancellationTokenSource(Patience.Longest);
        while (engine.QueueLength != length)
        {
            await Task.Delay(1, patience.Token);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Cluster.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private void ConfigureSilo(string name, ISiloBuilder silo)
    {
        silo.AddMemoryGrainStorage(CustomerStorage.ProviderName);

        silo.AddOrleansSegGrains();
        silo.Configure<InferenceOptions>(options =>
        {
            // Silos are configured in any order, and named in order.
            options.Enabled = runsInference[int.Parse(name[(name.LastIndexOf('_') + 1)..], CultureInfo.InvariantCulture)];
            options.LingerMax = TimeSpan.Zero;
            Configure(options);
        });
        silo.Configure<FolderModelStoreOptions>(store => store.Directory = _folder);
        silo.Services.Replace(ServiceDescriptor.Singleton<IScoringModelLoader>(new Loader(_models.GetOrAdd(name, _ => []))));
    }

    private sealed class Loader(ConcurrentQueue<StepModel> loaded) : IScoringModelLoader
    {
        public Task<IScoringModel> LoadAsync(ModelReference reference, CancellationToken cancellationToken)
        {
            if (reference.Sha256.StartsWith(Corrupt, StringComparison.Ordinal))
            {
                throw new BundleCorruptException($"Bundle {reference.Sha256} is not what its hash says.");
            }

            var model = new StepModel(reference.Version);
            loaded.Enqueue(model);
            return Task.FromResult<IScoringModel>(model);
        }
    }
}
