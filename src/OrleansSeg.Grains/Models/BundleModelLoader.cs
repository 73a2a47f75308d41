using Microsoft.Extensions.Options;
using OrleansSeg.Inference;
using OrleansSeg.Model.Features;
using OrleansSeg.Model.Inference;
using OrleansSeg.Model.Native;
using TorchSharp;

namespace OrleansSeg.Models;

/// <summary>Loads bundles from the model store.</summary>
internal sealed class BundleModelLoader(ModelBundles bundles, IOptions<InferenceOptions> options, TimeProvider time) : IScoringModelLoader
{
    /// <inheritdoc />
    public async Task<IScoringModel> LoadAsync(ModelReference reference, CancellationToken cancellationToken)
    {
        var model = await Task.Run(() => LoadAsync(reference.Sha256, cancellationToken), cancellationToken);
        var scoring = new SegmentScoringModel(reference.Version, model);

        // The first pass is slow.
        await Task.Run(() => scoring.Score([CustomerInputBuilder.Build(new LifetimeAggregates(), [], [], time.GetUtcNow())]), cancellationToken);
        return scoring;
    }

    private Task<SegmentModel> LoadAsync(string hash, CancellationToken cancellationToken)
    {
        LibTorch.EnsureLoadable();
        if (options.Value.ThreadCount > 0)
        {
            torch.set_num_threads(options.Value.ThreadCount);
        }

        return bundles.LoadAsync(hash, new torch.Device(options.Value.Device), cancellationToken);
    }
}
