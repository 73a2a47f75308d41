using System.Globalization;
using OrleansSeg.Model.Text.Transformer;
using OrleansSeg.Model.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace OrleansSeg.Model.Text.FineTuning;

/// <summary>Which weights a fine-tuning trains, each at its share of the learning rate.</summary>
internal static class TrainedWeights
{
    /// <summary>Chooses them, and tells every weight of the encoder whether it needs a gradient.</summary>
    /// <param name="encoder">The encoder.</param>
    /// <param name="head">The head; always trained.</param>
    /// <param name="adapter">What is trained instead of the encoder; null for the encoder itself.</param>
    /// <param name="options">Frozen layers and decays.</param>
    /// <exception cref="ArgumentException">More layers are to be frozen than there are.</exception>
    public static List<TrainedGroup> Choose(BertEncoder encoder, nn.Module head, TextAdapter? adapter, FineTuningOptions options)
    {
        var layers = encoder.Config.Layers;
        if (options.FrozenLayers > layers)
        {
            throw new ArgumentException($"{nameof(options.FrozenLayers)} is {options.FrozenLayers}, and the encoder has {layers} layers.");
        }

        var chosen = head.named_parameters().Select(pair => (pair.name, pair.parameter, Share: 1.0)).ToList();
        foreach (var (name, weight) in encoder.named_parameters())
        {
            var depth = DepthOf(name);
            var isTrained = adapter is null && !options.HeadOnly && depth > options.FrozenLayers;
            weight.requires_grad_(isTrained);
            if (isTrained)
            {
                chosen.Add((name, weight, Math.Pow(options.LayerDecay, layers - depth)));
            }
        }

        chosen.AddRange(adapter?.Weights.Select(pair => (pair.Name, pair.Weight, 1.0)) ?? []);
        return [.. chosen.GroupBy(one => (one.Share, IsDecayed: one.parameter.dim() > 1))
            .OrderByDescending(group => group.Key.Share).ThenBy(group => group.Key.IsDecayed)
            .Select(group => new TrainedGroup([.. group.Select(one => one.parameter)], group.Key.Share, group.Key.IsDecayed ? options.WeightDecay : 0))];
    }

    /// <summary>0 for the embeddings, then the layers from 1.</summary>
    private static int DepthOf(string name)
    {
        const string Layer = "encoder.layer.";
        return name.StartsWith(Layer, StringComparison.Ordinal)
            ? int.Parse(name.AsSpan(Layer.Length, name.IndexOf('.', Layer.Length) - Layer.Length), CultureInfo.InvariantCulture) + 1
            : 0;
    }
}
