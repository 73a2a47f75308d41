using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Microsoft.Extensions.DependencyInjection;
using OrleansSeg.Federation;
using OrleansSeg.Federation.Runs;
using OrleansSeg.Grains.Tests.Clusters;
using OrleansSeg.Model.Bundles;
using OrleansSeg.Models;

namespace OrleansSeg.Grains.Tests.Federation;

public sealed partial class FederatedTrainingTests
{
    private Task<RunStatus> RunAsync(string federation, FederatedPlan plan, Func<RunStatus, Task> meet) => cluster.RunAsync(federation, plan, meet);

    /// <summary>A site's weights by name: the hash of each.</summary>
    private async Task<SortedDictionary<string, string>> TensorsOfAsync(RunStatus run, string site) => TensorsOf(await FilesOfAsync(site, run.Versions[site]));

    private static SortedDictionary<string, string> TensorsOf(IReadOnlyDictionary<string, byte[]> files) => new(SafeTensors.Read(files["model.safetensors"]).ToDictionary(
            tensor => tensor.Key, tensor => Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes(tensor.Value.Values.AsSpan())))), StringComparer.Ordinal);

    /// <summary>The served weights: the hash of their file.</summary>
    private Task<string> WeightsOfAsync(RunStatus run) => WeightsOfAsync(cluster, run);

    private static async Task<string> WeightsOfAsync(TrainingCluster cluster, RunStatus run)
    {
        var (site, version) = run.Versions.First();
        return Convert.ToHexStringLower(SHA256.HashData((await FilesOfAsync(cluster, site, version))["model.safetensors"]));
    }

    private Task<IReadOnlyDictionary<string, byte[]>> FilesOfAsync(string site, int version) => FilesOfAsync(cluster, site, version);

    private static async Task<IReadOnlyDictionary<string, byte[]>> FilesOfAsync(TrainingCluster cluster, string site, int version)
    {
        var models = await cluster.Grains.GetGrain<IModelRegistryGrain>(site).ListAsync(default);
        return Read(cluster, models.Single(model => model.Version == version).Sha256);
    }

    private IReadOnlyDictionary<string, byte[]> Read(string bundle) => Read(cluster, bundle);

    private static IReadOnlyDictionary<string, byte[]> Read(TrainingCluster cluster, string bundle) => BundleFolder.Read(cluster.Services.GetRequiredService<IModelStore>().LocalFolder, bundle);

    /// <summary>Something to be done in the end.</summary>
    private sealed class Ending(Func<Task> end) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync() => await end();
    }
}
