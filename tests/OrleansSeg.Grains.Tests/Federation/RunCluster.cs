using Microsoft.Extensions.DependencyInjection;
using Orleans.Hosting;
using OrleansSeg.Federation;
using OrleansSeg.Federation.Privacy;
using OrleansSeg.Federation.Runs;
using OrleansSeg.Grains.Tests.Clusters;
using OrleansSeg.Models;

namespace OrleansSeg.Grains.Tests.Federation;

/// <summary>A cluster whose federated runs compute next to nothing.</summary>
public class RunCluster : ShopCluster
{
    private readonly HashSet<string> _checkpoints = [];
    private int _federations;

    /// <summary>What trainers and coordinators compute.</summary>
    internal LinearWork Work => Services.GetRequiredService<LinearWork>();

    /// <summary>Where noise comes from.</summary>
    internal TestSeeds Seeds => Services.GetRequiredService<TestSeeds>();

    /// <summary>Where bundles lie.</summary>
    internal FaultyModelStore Models => (FaultyModelStore)Services.GetRequiredService<IModelStore>();

    /// <summary>A federation that no other test uses.</summary>
    public IFederatedCoordinatorGrain NewFederation() => Grains.GetGrain<IFederatedCoordinatorGrain>($"federation-{Interlocked.Increment(ref _federations)}");

    /// <summary>Asks for a run until it is over, whoever dies meanwhile.</summary>
    public async Task<RunStatus> EndAsync(IFederatedCoordinatorGrain coordinator, int run = 1)
    {
        RunStatus? status = null;
        await this.DriveUntilAsync(
            async () =>
            {
                try
                {
                    status = await coordinator.GetStatusAsync(run, default);
                }
                catch (Exception)
                {
                    // The activation is on its way out.
                }

                return status?.EndedAt is not null;
            },
            TimeSpan.FromMilliseconds(500),
            $"run {run}");
        return status!;
    }

    /// <summary>Whether a call changes what a run writes: its coordinator, a trainer, a bundle, or the models that it registers.</summary>
    public static bool IsOfRun(StorageCall call) =>
        call.IsChange && call.Grain.Type.ToString() is ("seg.federated-coordinator" or "seg.federated-trainer" or "seg.model-registry" or "seg.bundle");

    /// <summary>Bundles in the model store.</summary>
    public IReadOnlySet<string> Bundles => Directory.Exists(ModelFolder)
        ? Directory.EnumerateFileSystemEntries(ModelFolder).Select(path => Path.GetFileName(path)).ToHashSet()
        : new HashSet<string>();

    private string ModelFolder => Services.GetRequiredService<IModelStore>().LocalFolder;

    /// <summary>Waits until runs that are over have left nothing in the model store but checkpoints and what is registered.</summary>
    /// <param name="run">The latest run.</param>
    public Task TidiedAsync(RunStatus run)
    {
        _checkpoints.UnionWith(run.Rounds.Select(round => round.Model));
        return this.DriveUntilAsync(
            async () =>
            {
                var registered = new HashSet<string>();
                foreach (var site in run.Plan.Sites)
                {
                    registered.UnionWith((await Grains.GetGrain<IModelRegistryGrain>(site).ListAsync(default)).Select(model => model.Sha256));
                }

                return Bundles.All(bundle => _checkpoints.Contains(bundle) || registered.Contains(bundle));
            },
            TimeSpan.FromMilliseconds(500),
            $"the bundles of run {run.Run} to go");
    }

    /// <inheritdoc />
    protected override void Configure(ISiloBuilder silo) => AddLinearWork(silo);

    /// <summary>Lets runs of a silo compute next to nothing.</summary>
    internal static void AddLinearWork(ISiloBuilder silo)
    {
        silo.Services.AddSingleton<IModelStore>(services => new FaultyModelStore(ActivatorUtilities.CreateInstance<FolderModelStore>(services)));
        silo.Services.AddSingleton<LinearWork>();
        silo.Services.AddSingleton<TestSeeds>();
        silo.Services.AddSingleton<INoiseSeeds>(services => services.GetRequiredService<TestSeeds>());
        silo.Services.AddSingleton<ITrainerWork>(services => services.GetRequiredService<LinearWork>());
        silo.Services.AddSingleton<ICoordinatorWork>(services => services.GetRequiredService<LinearWork>());
    }
}
