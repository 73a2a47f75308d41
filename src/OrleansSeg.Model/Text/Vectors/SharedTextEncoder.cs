using OrleansSeg.Model.Text.Checkpoints;
using TorchSharp;

namespace OrleansSeg.Model.Text.Vectors;

/// <summary>One holder's share of a text encoder in memory; the encoder goes with its last holder.</summary>
public sealed class SharedTextEncoder : IDisposable
{
    private readonly ResidentTextEncoder _resident;
    private bool _left;

    internal SharedTextEncoder(ResidentTextEncoder resident) => _resident = resident;

    /// <summary>Hash of the encoder's bundle; null for one that is in no bundle.</summary>
    public string? Hash => _resident.Hash;

    /// <summary>The encoder; disposed by nobody who shares it.</summary>
    public TransformerTextEncoder Encoder => _resident.Encoder;

    /// <summary>Loads a folder's encoder, for models that are not kept.</summary>
    /// <param name="folder">The encoder's folder.</param>
    /// <param name="device">Where its weights live; null for the CPU.</param>
    /// <exception cref="CheckpointException">The folder is none that can be loaded.</exception>
    public static SharedTextEncoder Load(string folder, torch.Device? device = null) =>
        new ResidentTextEncoder(TransformerTextEncoder.Load(folder, device), hash: null).First();

    /// <summary>The same encoder for another holder.</summary>
    /// <exception cref="ObjectDisposedException">It has gone with its last holder.</exception>
    public SharedTextEncoder Share() => _resident.TryShare() ?? throw new ObjectDisposedException(nameof(SharedTextEncoder));

    /// <summary>Lets go of it.</summary>
    public void Dispose()
    {
        if (!Interlocked.Exchange(ref _left, true))
        {
            _resident.Leave();
        }
    }
}

/// <summary>An encoder in memory and how many hold it. From any thread.</summary>
internal sealed class ResidentTextEncoder(TransformerTextEncoder encoder, string? hash)
{
    private int _holders;

    /// <summary>The encoder.</summary>
    public TransformerTextEncoder Encoder => encoder;

    /// <summary>Hash of its bundle; null for none.</summary>
    public string? Hash => hash;

    /// <summary>The first holder's share.</summary>
    public SharedTextEncoder First()
    {
        _holders = 1;
        return new SharedTextEncoder(this);
    }

    /// <summary>Another holder's share; null once the last has gone.</summary>
    public SharedTextEncoder? TryShare()
    {
        for (var holders = Volatile.Read(ref _holders); holders > 0;)
        {
            var found = Interlocked.CompareExchange(ref _holders, holders + 1, holders);
            if (found == holders)
            {
                return new SharedTextEncoder(this);
            }

            holders = found;
        }

        return null;
    }

    /// <summary>A holder goes.</summary>
    public void Leave()
    {
        if (Interlocked.Decrement(ref _holders) == 0)
        {
            encoder.Dispose();
        }
    }
}
