using Microsoft.Extensions.Options;
using OrleansSeg.Inference;
using OrleansSeg.Model.Bundles;
using OrleansSeg.Model.Inference;
using OrleansSeg.Model.Native;
using OrleansSeg.Model.Text.Tagging;
using OrleansSeg.Models;
using TorchSharp;

namespace OrleansSeg.Tagging;

/// <summary>Loads taggers from the model store; an encoder that is in memory is used again, and so is a tagger.</summary>
internal sealed class TaggerLoader(IModelStore store, IOptions<InferenceOptions> options) : IDisposable
{
    private readonly SemaphoreSlim _gate = new(1);
    private readonly Dictionary<string, Counted<TaggerEncoder>> _encoders = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Counted<LoadedTagger>> _taggers = new(StringComparer.Ordinal);

    /// <summary>How often an encoder's weights were read.</summary>
    public int EncodersLoaded { get; private set; }

    /// <summary>A tagger, of which the caller becomes a user.</summary>
    /// <exception cref="BundleCorruptException">A bundle is missing or not what its hash says.</exception>
    /// <exception cref="Model.Text.Checkpoints.CheckpointException">A bundle is none of a tagger.</exception>
    public async Task<Counted<LoadedTagger>> LoadAsync(TaggerReference reference, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_taggers.TryGetValue(reference.Sha256, out var known) && known.TryAdd())
            {
                return known;
            }

            await store.FetchAsync(reference.EncoderSha256, cancellationToken).ConfigureAwait(false);
            await store.FetchAsync(reference.Sha256, cancellationToken).ConfigureAwait(false);

            // Reading and hashing take long enough to be kept off the caller's scheduler.
            return _taggers[reference.Sha256] = await Task.Run(() => new Counted<LoadedTagger>(Load(reference)), cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <inheritdoc />
    public void Dispose() => _gate.Dispose();

    private LoadedTagger Load(TaggerReference reference)
    {
        var encoder = EncoderOf(reference.EncoderSha256);
        try
        {
            return new LoadedTagger(reference.Sha256, encoder.Value.Open(Checked(reference.Sha256)), encoder);
        }
        catch
        {
            encoder.Release();
            throw;
        }
    }

    private Counted<TaggerEncoder> EncoderOf(string hash)
    {
        if (_encoders.TryGetValue(hash, out var known) && known.TryAdd())
        {
            return known;
        }

        LibTorch.EnsureLoadable();
        if (options.Value.ThreadCount > 0)
        {
            torch.set_num_threads(options.Value.ThreadCount);
        }

        var loaded = new Counted<TaggerEncoder>(TaggerEncoder.Load(Checked(hash), new torch.Device(options.Value.Device)));
        EncodersLoaded++;
        return _encoders[hash] = loaded;
    }

    // The hashes are compared before anything of the bundle is used.
    private string Checked(string hash) => BundleFolder.Check(store.LocalFolder, hash);
}
