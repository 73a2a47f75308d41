using OrleansSeg.Model.Bundles;
using static TorchSharp.torch;

namespace OrleansSeg.Model.Sequences;

/// <summary>Puts stored weights into a network.</summary>
internal static class NetworkWeights
{
    /// <summary>Loads every weight.</summary>
    /// <exception cref="InvalidDataException">A weight is missing, unknown, of another shape or not finite.</exception>
    public static void Load(SegmentNetwork network, IReadOnlyDictionary<string, StoredTensor> stored)
    {
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        var weights = network.state_dict();
        stored = stored.ToDictionary(pair => SegmentNetwork.NameOf(pair.Key), pair => pair.Value);
        if (stored.Keys.FirstOrDefault(name => !weights.ContainsKey(name)) is { } unknown)
        {
            throw new InvalidDataException($"The network has no weight '{unknown}'.");
        }

        foreach (var (name, weight) in weights)
        {
            if (!stored.TryGetValue(name, out var found) || !found.Shape.SequenceEqual(weight.shape))
            {
                throw new InvalidDataException($"Weight '{name}' is missing or not of shape ({string.Join(", ", weight.shape)}).");
            }

            if (!found.Values.All(float.IsFinite))
            {
                throw new InvalidDataException($"Weight '{name}' is not finite everywhere.");
            }

            weight.copy_(tensor(found.Values, found.Shape));
        }
    }
}
