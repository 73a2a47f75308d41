using OrleansSeg.Model.Bundles;
using OrleansSeg.Model.Inference;
using OrleansSeg.Model.Text.Checkpoints;
using TorchSharp;

namespace OrleansSeg.Model.Text.Vectors;

/// <summary>The text encoders that models of this process read with: each is in memory once, however many models there are.</summary>
/// <param name="bundles">Folder of bundles in which encoders lie.</param>
public sealed class SharedTextEncoders(string bundles)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<(string Hash, string Device), Counted<TransformerTextEncoder>> _residents = [];

    /// <summary>Takes hold of an encoder, and loads it if nobody has it; to be disposed.</summary>
    /// <param name="hash">Its bundle's hash, see <see cref="TextEncoderBundle"/>.</param>
    /// <param name="device">Where its weights live; null for the CPU.</param>
    /// <exception cref="BundleCorruptException">There is no such bundle in the folder, or it is damaged or holds no text encoder.</exception>
    public SharedTextEncoder Rent(string hash, torch.Device? device = null)
    {
        ArgumentNullException.ThrowIfNull(hash);
        var key = (hash, (device ?? torch.CPU).ToString());

        // One in memory may have outlived its bundle, and must not get into a new model then.
        if (!BundleFolder.Exists(bundles, hash))
        {
            throw new BundleCorruptException($"The model store has no bundle {hash}.");
        }

        // Whoever comes second waits until it is loaded, as both need it.
        lock (_gate)
        {
            if (!_residents.TryGetValue(key, out var resident) || !resident.TryAdd())
            {
                _residents[key] = resident = new Counted<TransformerTextEncoder>(Load(hash, device));
            }

            return new SharedTextEncoder(resident, hash);
        }
    }

    private TransformerTextEncoder Load(string hash, torch.Device? device)
    {
        try
        {
            return TransformerTextEncoder.Load(BundleFolder.Check(bundles, hash), device);
        }
        catch (CheckpointException exception)
        {
            throw new BundleCorruptException($"Bundle {hash} is no text encoder: {exception.Message}", exception);
        }
    }
}
