using System.Collections.Immutable;
using System.Globalization;
using static TorchSharp.torch;

namespace OrleansSeg.Model.Compression;

/// <summary>Leaves layers out of a model.</summary>
/// <remarks>Sajjad et al. 2023, arXiv:2004.03844: what is left goes on working, and works well after some training.</remarks>
public static class LayerChoice
{
    private const string Layer = "encoder.layer.";

    /// <summary>So many layers, the first and the last among them, the others at even distances.</summary>
    /// <param name="all">Layers there are.</param>
    /// <param name="kept">Layers to keep, 1 to all; one alone is the first.</param>
    public static ImmutableArray<int> EvenlySpaced(int all, int kept)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(kept, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(kept, all);
        return [.. Enumerable.Range(0, kept).Select(n => kept == 1 ? 0 : (int)Math.Round(n * (all - 1.0) / (kept - 1), MidpointRounding.AwayFromZero))];
    }

    /// <summary>A model of some of another's layers; the other stays as it is.</summary>
    /// <param name="model">The other.</param>
    /// <param name="layers">Layers to keep, from 0, in ascending order.</param>
    /// <exception cref="ArgumentException">There is none, one that is not there, or they do not ascend.</exception>
    public static TextModel Keep(TextModel model, ImmutableArray<int> layers)
    {
        ArgumentNullException.ThrowIfNull(model);
        var config = model.Config;
        if (layers.IsDefaultOrEmpty || layers[0] < 0 || layers[^1] >= config.Layers || layers.Zip(layers.Skip(1)).Any(pair => pair.First >= pair.Second))
        {
            throw new ArgumentException($"Layers to keep must be some of 0 to {config.Layers - 1}, in ascending order, not {(layers.IsDefault ? "" : string.Join(' ', layers))}.");
        }

        var smaller = config with
        {
            Layers = layers.Length,
            PrunedHeads = layers.Select((old, layer) => (layer, Heads: config.PrunedHeads.GetValueOrDefault(old, []))).Where(pair => !pair.Heads.IsEmpty).ToImmutableSortedDictionary(pair => pair.layer, pair => pair.Heads),
            Intermediates = config.Intermediates.IsEmpty ? [] : [.. layers.Select(old => config.Intermediates[old])],
        };
        var weights = model.Encoder.named_parameters().ToDictionary(pair => pair.name, pair => (Tensor)pair.parameter);
        return model.Reshaped(smaller, name => weights[NameBefore(name, layers)]);
    }

    private static string NameBefore(string name, ImmutableArray<int> layers)
    {
        if (!name.StartsWith(Layer, StringComparison.Ordinal))
        {
            return name;
        }

        var end = name.IndexOf('.', Layer.Length);
        return Layer + layers[int.Parse(name.AsSpan(Layer.Length, end - Layer.Length), CultureInfo.InvariantCulture)].ToString(CultureInfo.InvariantCulture) + name[end..];
    }
}
