using Microsoft.Extensions.Options;
using OrleansSeg.Inference;
using OrleansSeg.Model.Bundles;
using OrleansSeg.Model.Features;
using OrleansSeg.Model.Inference;
using OrleansSeg.Model.Native;
using TorchSharp;

namespace OrleansSeg.Models;

/// <summary>Loads bundles from the model store.</summary>
internal sealed class BundleModelLoader(IModelStore store, IOptions<InferenceOptions> options, TimeProvider time) : IScoringModelLoader
{
    /// <inheritdoc />
    public async Task<IScoringModel> LoadAsync(ModelReference reference, CancellationToken cancellationToken)
    {
        await store.FetchAsync(reference.Sha256, cancellationToken);

        // Reading, hashing and the first pass take long enough to be kept off the caller's scheduler.
        return await Task.Run(() => Load(reference), cancellationToken);
    }

    private SegmentScoringModel Load(ModelReference reference)
    {
        LibTorch.EnsureLoadable();
        if (options.Value.ThreadCount > 0)
        {
            torch.set_num_threads(options.Value.ThreadCount);
        }

        var model = new SegmentScoringModel(reference.Version, SegmentModel.FromFiles(
            BundleFolder.Read(store.LocalFolder, reference.Sha256), new torch.Device(options.Value.Device)));
        model.Score([CustomerInputBuilder.Build(new LifetimeAggregates(), [], [], time.GetUtcNow())]);
        return model;
    }
}
