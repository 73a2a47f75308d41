using OrleansSeg.Model.Inference;
using OrleansSeg.Model.Text.Checkpoints;
using TorchSharp;

namespace OrleansSeg.Model.Text.Vectors;

/// <summary>One holder's share of a text encoder in memory; the encoder goes with its last holder.</summary>
public sealed class SharedTextEncoder : IDisposable
{
    private readonly Counted<TransformerTextEncoder> _counted;
    private bool _left;

    // Whoever makes it is counted already.
    internal SharedTextEncoder(Counted<TransformerTextEncoder> counted, string? hash) => (_counted, Hash) = (counted, hash);

    /// <summary>Hash of the encoder's bundle; null for one that is in no bundle.</summary>
    public string? Hash { get; }

    /// <summary>The encoder; disposed by nobody who shares it.</summary>
    public TransformerTextEncoder Encoder => _counted.Value;

    /// <summary>Loads a folder's encoder, for models that are not kept.</summary>
    /// <param name="folder">The encoder's folder.</param>
    /// <param name="device">Where its weights live; null for the CPU.</param>
    /// <exception cref="CheckpointException">The folder is none that can be loaded.</exception>
    public static SharedTextEncoder Load(string folder, torch.Device? device = null) =>
        new(new Counted<TransformerTextEncoder>(TransformerTextEncoder.Load(folder, device)), hash: null);

    /// <summary>The same encoder for another holder.</summary>
    /// <exception cref="ObjectDisposedException">It has gone with its last holder.</exception>
    public SharedTextEncoder Share() => _counted.TryAdd() ? new SharedTextEncoder(_counted, Hash) : throw new ObjectDisposedException(nameof(SharedTextEncoder));

    /// <summary>Lets go of it.</summary>
    public void Dispose()
    {
        if (!Interlocked.Exchange(ref _left, true))
        {
            _counted.Release();
        }
    }
}
