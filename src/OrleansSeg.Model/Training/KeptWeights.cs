using OrleansSeg.Model.Sequences;
using static TorchSharp.torch;

namespace OrleansSeg.Model.Training;

/// <summary>A copy of a network's weights, to go back to.</summary>
internal sealed class KeptWeights : IDisposable
{
    private Dictionary<string, Tensor> _weights = [];

    /// <summary>Replaces the copy.</summary>
    public void Keep(SegmentNetwork network)
    {
        Dispose();
        using var quiet = no_grad();
        _weights = network.state_dict().ToDictionary(pair => pair.Key, pair => pair.Value.detach().clone().DetachFromDisposeScope());
    }

    /// <summary>Writes the copy back; nothing when none was made.</summary>
    public void Restore(SegmentNetwork network)
    {
        using var quiet = no_grad();
        foreach (var (name, value) in network.state_dict())
        {
            if (_weights.TryGetValue(name, out var kept))
            {
                value.copy_(kept);
            }
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        foreach (var tensor in _weights.Values)
        {
            tensor.Dispose();
        }

        _weights = [];
    }
}
