using OrleansSeg.Model.Bundles;
using OrleansSeg.Model.Text.Vectors;
using OrleansSeg.Models;

namespace OrleansSeg.Federation;

/// <summary>Finds what a training is asked to read texts with.</summary>
internal sealed class SiteTexts(IGrainFactory grains, IModelStore store, ModelBundles models)
{
    /// <summary>Opens it for a model that is not kept.</summary>
    /// <param name="textEncoder">See <see cref="TrainingRequest.TextEncoder"/>.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="Model.Text.Checkpoints.CheckpointException">It names a folder that holds no text encoder.</exception>
    /// <exception cref="BundleCorruptException">It names a bundle that is missing or damaged.</exception>
    public async Task<OpenedTexts> OpenAsync(string? textEncoder, CancellationToken cancellationToken) => textEncoder switch
    {
        null => new OpenedTexts(new OwnTitles()),
        TrainingRequest.NoTexts => new OpenedTexts(new NoTexts()),
        _ when BundleFolder.IsHash(textEncoder) => Opened(await models.RentEncoderAsync(textEncoder, cancellationToken)),
        _ => Opened(await Task.Run(() => SharedTextEncoder.Load(textEncoder), cancellationToken)),
    };

    /// <summary>Opens it for a model that is kept: a folder's encoder is copied into the model store, and the site holds it.</summary>
    /// <inheritdoc cref="OpenAsync"/>
    public async Task<OpenedTexts> HoldAsync(string site, string? textEncoder, CancellationToken cancellationToken)
    {
        if (textEncoder is null or TrainingRequest.NoTexts)
        {
            return await OpenAsync(textEncoder, cancellationToken);
        }

        var copied = !BundleFolder.IsHash(textEncoder);
        var hash = copied ? await models.CopyEncoderAsync(textEncoder, cancellationToken) : textEncoder;

        // Held before it is published, so that no version that goes takes it along.
        await grains.GetGrain<IBundleGrain>(hash).HoldAsync(site);
        try
        {
            if (copied)
            {
                await store.PublishAsync(hash, cancellationToken);
            }

            return Opened(await models.RentEncoderAsync(hash, cancellationToken));
        }
        catch
        {
            await ReleaseAsync(site, hash);
            throw;
        }
    }

    /// <summary>Lets go of an encoder of which no version came, unless another version of the site reads with it.</summary>
    public async Task ReleaseAsync(string site, string hash)
    {
        var versions = await grains.GetGrain<IModelRegistryGrain>(site).ListAsync(CancellationToken.None);
        if (versions.All(version => version.TextEncoder != hash))
        {
            await grains.GetGrain<IBundleGrain>(hash).ReleaseAsync(site);
        }
    }

    private static OpenedTexts Opened(SharedTextEncoder encoder) => new(new LargeEncoder(encoder), encoder);
}

/// <summary>What a training reads texts with, while it trains.</summary>
/// <param name="trainer">Fits it.</param>
/// <param name="shared">The encoder in memory; null for none.</param>
internal sealed class OpenedTexts(IModelTextsTrainer trainer, SharedTextEncoder? shared = null) : IDisposable
{
    /// <summary>Fits how the model reads texts.</summary>
    public IModelTextsTrainer Trainer => trainer;

    /// <summary>Hash of the encoder's bundle; null for none, or one that is in no bundle.</summary>
    public string? Encoder => shared?.Hash;

    /// <inheritdoc />
    public void Dispose() => shared?.Dispose();
}
