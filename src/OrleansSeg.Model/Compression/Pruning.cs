using System.Collections.Immutable;
using OrleansSeg.Model.Text.Transformer;
using static TorchSharp.torch;

namespace OrleansSeg.Model.Compression;

/// <summary>Cuts heads and neurons out of a model: its products become smaller, and it tells what the whole one tells without them.</summary>
public static class Pruning
{
    /// <summary>The units that matter least, over all layers; each layer keeps a head and a neuron at least.</summary>
    /// <param name="scores">How much each unit matters.</param>
    /// <param name="heads">Share of the heads to cut, 0 to below 1.</param>
    /// <param name="neurons">Share of the neurons to cut, 0 to below 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">A share is out of bounds.</exception>
    public static IReadOnlyList<Unit> Least(IReadOnlyDictionary<Unit, double> scores, double heads, double neurons)
    {
        ArgumentNullException.ThrowIfNull(scores);
        return [.. Least(scores.Where(pair => pair.Key.IsHead), heads), .. Least(scores.Where(pair => !pair.Key.IsHead), neurons)];
    }

    /// <summary>A model without some units; the other stays as it is.</summary>
    /// <param name="model">The other.</param>
    /// <param name="units">The units to cut.</param>
    /// <exception cref="ArgumentException">A unit is not there, or a layer would have no head or no neuron left.</exception>
    public static TextModel Cut(TextModel model, IReadOnlyCollection<Unit> units)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(units);
        var config = model.Config;
        var kept = Enumerable.Range(0, config.Layers).Select(layer => new KeptUnits(config, layer, units)).ToArray();
        if (units.Any(unit => unit.Layer < 0 || unit.Layer >= config.Layers || unit.Index < 0) || kept.Sum(layer => layer.Cut) != units.Distinct().Count())
        {
            throw new ArgumentException("A unit to cut is not there.", nameof(units));
        }

        if (Array.Find(kept, layer => layer.Heads.Length == 0 || layer.Neurons.Length == 0) is { } empty)
        {
            throw new ArgumentException($"Layer {empty.Layer} would have {empty.Heads.Length} heads and {empty.Neurons.Length} neurons left; one of each stays at least.", nameof(units));
        }

        var smaller = config with
        {
            PrunedHeads = kept.Where(layer => layer.Gone.Length > 0).ToImmutableSortedDictionary(layer => layer.Layer, layer => layer.Gone),
            Intermediates = kept.All(layer => layer.Neurons.Length == config.Intermediate) ? [] : [.. kept.Select(layer => layer.Neurons.Length)],
        };
        var weights = model.Encoder.named_parameters().ToDictionary(pair => pair.name, pair => (Tensor)pair.parameter);
        return model.Reshaped(smaller, name => kept.Select(layer => layer.PartOf(name, weights[name])).FirstOrDefault(part => part is not null) ?? weights[name]);
    }

    private static IEnumerable<Unit> Least(IEnumerable<KeyValuePair<Unit, double>> scores, double share)
    {
        if (share is not (>= 0 and < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(share), share, "A share to cut is 0 to below 1.");
        }

        var ordered = scores.OrderBy(pair => pair.Value).ThenBy(pair => pair.Key.Layer).ThenBy(pair => pair.Key.Index).Select(pair => pair.Key).ToList();
        var left = ordered.GroupBy(unit => unit.Layer).ToDictionary(group => group.Key, group => group.Count());
        var wanted = (int)(share * ordered.Count);
        foreach (var unit in ordered)
        {
            if (wanted > 0 && left[unit.Layer] > 1)
            {
                (wanted, left[unit.Layer]) = (wanted - 1, left[unit.Layer] - 1);
                yield return unit;
            }
        }
    }

    /// <summary>What stays of a layer.</summary>
    private sealed class KeptUnits
    {
        private readonly string _prefix;
        private readonly int _headWidth;

        public KeptUnits(BertFamilyConfig config, int layer, IReadOnlyCollection<Unit> units)
        {
            var shape = config.Layer(layer);
            (Layer, _prefix, _headWidth) = (layer, $"encoder.layer.{layer}.", shape.HeadWidth);
            (Heads, Neurons) = (Without(shape.Heads, isHead: true), Without(shape.Intermediate, isHead: false));
            Cut = shape.Heads + shape.Intermediate - Heads.Length - Neurons.Length;

            // Heads are named as they were before any was cut.
            var before = config.PrunedHeads.GetValueOrDefault(layer, []);
            var names = Enumerable.Range(0, config.Heads).Where(head => !before.Contains(head)).ToArray();
            Gone = [.. Enumerable.Range(0, config.Heads).Except(Heads.Select(head => names[head]))];

            int[] Without(int count, bool isHead) => [.. Enumerable.Range(0, count).Except(units.Where(unit => unit.Layer == layer && unit.IsHead == isHead).Select(unit => unit.Index))];
        }

        public int Layer { get; }

        public int[] Heads { get; }

        public int[] Neurons { get; }

        public ImmutableArray<int> Gone { get; }

        public int Cut { get; }

        /// <summary>What stays of a weight; null where it is none of this layer's, or stays whole.</summary>
        public Tensor? PartOf(string name, Tensor weight) => !name.StartsWith(_prefix, StringComparison.Ordinal) ? null : name[_prefix.Length..] switch
        {
            "attention.output.dense.weight" => weight.index_select(1, Columns()),
            var own when own.StartsWith("attention.self.", StringComparison.Ordinal) => weight.index_select(0, Columns()),
            "output.dense.weight" => weight.index_select(1, Places(Neurons)),
            var own when own.StartsWith("intermediate.", StringComparison.Ordinal) => weight.index_select(0, Places(Neurons)),
            _ => null,
        };

        private Tensor Columns() => Places([.. Heads.SelectMany(head => Enumerable.Range(head * _headWidth, _headWidth))]);

        private static Tensor Places(int[] places) => tensor(Array.ConvertAll(places, place => (long)place));
    }
}
