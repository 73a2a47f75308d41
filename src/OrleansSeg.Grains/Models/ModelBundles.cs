using OrleansSeg.Model.Bundles;
using OrleansSeg.Model.Inference;
using OrleansSeg.Model.Text.Vectors;
using TorchSharp;

namespace OrleansSeg.Models;

/// <summary>Loads models from the model store, each with the text encoder that it names; encoders are in memory once.</summary>
internal sealed class ModelBundles(IModelStore store)
{
    private readonly SharedTextEncoders _encoders = new(store.LocalFolder);

    /// <summary>Loads a model; to be disposed.</summary>
    /// <exception cref="BundleCorruptException">A bundle is missing or damaged.</exception>
    public async Task<SegmentModel> LoadAsync(string hash, torch.Device? device, CancellationToken cancellationToken)
    {
        await store.FetchAsync(hash, cancellationToken);

        // Reading and hashing take long enough to be kept off the caller's scheduler.
        var files = await Task.Run(() => BundleFolder.Read(store.LocalFolder, hash), cancellationToken);
        if (SegmentModel.TextEncoderOf(files) is { } encoder)
        {
            await store.FetchAsync(encoder, cancellationToken);
        }

        return await Task.Run(() => SegmentModel.FromFiles(files, device, _encoders), cancellationToken);
    }

    /// <summary>Copies a folder's text encoder into this silo's part of the store.</summary>
    /// <returns>Its bundle's hash.</returns>
    /// <exception cref="Model.Text.Checkpoints.CheckpointException">The folder is none that can be loaded.</exception>
    public Task<string> CopyEncoderAsync(string folder, CancellationToken cancellationToken) =>
        Task.Run(() => TextEncoderBundle.Copy(store.LocalFolder, folder, cancellationToken), cancellationToken);

    /// <summary>Takes hold of a text encoder of the store; to be disposed.</summary>
    /// <exception cref="BundleCorruptException">Its bundle is missing or damaged.</exception>
    public async Task<SharedTextEncoder> RentEncoderAsync(string hash, CancellationToken cancellationToken)
    {
        await store.FetchAsync(hash, cancellationToken);
        return await Task.Run(() => _encoders.Rent(hash), cancellationToken);
    }
}
