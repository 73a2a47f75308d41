using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using OrleansSeg.Model.Bundles;
using OrleansSeg.Model.Text.Transformer;

namespace OrleansSeg.Model.Text.Checkpoints;

/// <summary>What <c>config.json</c> says of layers that parts were cut out of.</summary>
/// <remarks>
/// <c>pruned_heads</c> is Hugging Face's: the heads that each layer lost, by layer. Its models have one width between a layer's products;
/// <c>intermediate_sizes</c>, ours, lists each layer's.
/// </remarks>
internal static class CutLayers
{
    private const string HeadsField = "pruned_heads";
    private const string WidthsField = "intermediate_sizes";

    /// <summary>The configuration with what was cut.</summary>
    /// <exception cref="CheckpointException">A layer, a head or a width cannot be; the message names the field.</exception>
    public static BertFamilyConfig Read(CheckpointJson json, BertFamilyConfig config) =>
        config with { PrunedHeads = HeadsOf(json, config), Intermediates = WidthsOf(json, config) };

    /// <summary>Adds the fields, where anything was cut.</summary>
    public static void Write(JsonObject json, BertFamilyConfig config)
    {
        if (!config.PrunedHeads.IsEmpty)
        {
            json[HeadsField] = new JsonObject(config.PrunedHeads.Select(pair => KeyValuePair.Create(
                pair.Key.ToString(CultureInfo.InvariantCulture), (JsonNode?)new JsonArray([.. pair.Value.Select(head => (JsonNode)head)]))));
        }

        if (!config.Intermediates.IsEmpty)
        {
            json[WidthsField] = new JsonArray([.. config.Intermediates.Select(width => (JsonNode)width)]);
        }
    }

    private static ImmutableSortedDictionary<int, ImmutableArray<int>> HeadsOf(CheckpointJson json, BertFamilyConfig config)
    {
        var pruned = ImmutableSortedDictionary.CreateBuilder<int, ImmutableArray<int>>();
        if (json.Part(HeadsField) is not { } layers)
        {
            return pruned.ToImmutable();
        }

        foreach (var entry in layers.Root.EnumerateObject())
        {
            var heads = Whole(entry.Value, 0, config.Heads - 1, config.Heads - 1);
            if (!int.TryParse(entry.Name, NumberStyles.None, CultureInfo.InvariantCulture, out var layer) || layer >= config.Layers || heads is null
                || heads.Distinct().Count() != heads.Count || pruned.ContainsKey(layer))
            {
                throw new CheckpointException(
                    $"{BertFamilyConfigFile.Name} has {HeadsField} of layer '{SafeTensorsHeader.Shown(entry.Name)}' that cannot be: {config.Layers} layers have {config.Heads} heads, numbered from 0, and keep one at least.");
            }

            if (heads.Count > 0)
            {
                pruned.Add(layer, [.. heads.Order()]);
            }
        }

        return pruned.ToImmutable();
    }

    private static ImmutableArray<int> WidthsOf(CheckpointJson json, BertFamilyConfig config)
    {
        if (!json.Root.TryGetProperty(WidthsField, out var list) || list.ValueKind == JsonValueKind.Null)
        {
            return [];
        }

        return Whole(list, 1, config.Intermediate, config.Layers) is { } widths && widths.Count == config.Layers
            ? [.. widths]
            : throw new CheckpointException(
                $"{BertFamilyConfigFile.Name} has {WidthsField} that cannot be: a list of {config.Layers} whole numbers from 1 to intermediate_size, {config.Intermediate}, is expected.");
    }

    // The numbers of a list; null where it is no list, has too many, or has one that is out of bounds.
    private static List<int>? Whole(JsonElement list, int min, int max, int countMax)
    {
        if (list.ValueKind != JsonValueKind.Array || list.GetArrayLength() > countMax)
        {
            return null;
        }

        var numbers = new List<int>();
        foreach (var element in list.EnumerateArray())
        {
            if (element.ValueKind != JsonValueKind.Number || !element.TryGetInt32(out var number) || number < min || number > max)
            {
                return null;
            }

            numbers.Add(number);
        }

        return numbers;
    }
}
