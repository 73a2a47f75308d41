using OrleansSeg.Model.Sequences;
using static TorchSharp.torch;

namespace OrleansSeg.Model.Training;

/// <summary>A copy of weights, to go back to.</summary>
internal sealed class KeptWeights : IDisposable
{
    private Dictionary<string, Tensor> _weights = [];

    /// <summary>Replaces the copy by a network's weights.</summary>
    public void Keep(SegmentNetwork network) => Keep(network.state_dict().Select(pair => (pair.Key, pair.Value)));

    /// <summary>Replaces the copy.</summary>
    /// <param name="weights">The weights; names differ.</param>
    public void Keep(IEnumerable<(string Name, Tensor Weight)> weights)
    {
        Dispose();
        using var quiet = no_grad();
        _weights = weights.ToDictionary(pair => pair.Name, pair => pair.Weight.detach().clone().DetachFromDisposeScope());
    }

    /// <summary>Writes the copy back into a network; nothing when none was made.</summary>
    public void Restore(SegmentNetwork network) => Restore(network.state_dict().Select(pair => (pair.Key, pair.Value)));

    /// <summary>Writes the copy back; nothing when none was made.</summary>
    /// <param name="weights">The weights, by the names they were kept under.</param>
    public void Restore(IEnumerable<(string Name, Tensor Weight)> weights)
    {
        using var quiet = no_grad();
        foreach (var (name, value) in weights)
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
