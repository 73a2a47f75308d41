using System.Text;

namespace OrleansSeg.Model.Tests.Text.Tokenization;

/// <summary>Compiles a map of characters as SentencePiece's files hold it: a double array trie, and results ended by zeros.</summary>
internal static class CharacterMapWriter
{
    /// <summary>The map's bytes.</summary>
    public static byte[] Write(IReadOnlyDictionary<string, string> rules)
    {
        var (results, root) = (new List<byte>(), new Node());
        foreach (var (from, to) in rules)
        {
            var node = root;
            foreach (var each in Encoding.UTF8.GetBytes(from))
            {
                node.Children.TryAdd(each, new Node());
                node = node.Children[each];
            }

            node.Value = results.Count;
            results.AddRange([.. Encoding.UTF8.GetBytes(to), 0]);
        }

        var (units, used) = (new Dictionary<uint, uint>(), new HashSet<uint> { 0 });
        units[0] = 0;
        Place(root, 0, units, used);
        var count = units.Keys.Max() + 1;
        count += 256 - (count % 256);
        return
        [
            .. BitConverter.GetBytes(count * 4),
            .. Enumerable.Range(0, (int)count).SelectMany(i => BitConverter.GetBytes(units.GetValueOrDefault((uint)i))),
            .. results,
        ];
    }

    // A unit holds its label in the low byte, whether a leaf hangs there in bit 8, and the way to its children from bit 10.
    private static void Place(Node node, uint at, Dictionary<uint, uint> units, HashSet<uint> used)
    {
        var labels = node.Children.Keys.Select(label => (uint)label).Concat(node.Value is null ? [] : [0u]).ToList();
        var offset = 1u;
        while (labels.Any(label => used.Contains(at ^ offset ^ label)))
        {
            offset++;
        }

        units[at] |= (offset << 10) | (node.Value is null ? 0u : 1u << 8);
        labels.ForEach(label => used.Add(at ^ offset ^ label));
        if (node.Value is { } value)
        {
            units[at ^ offset] = (uint)value | 0x80000000;
        }

        foreach (var (label, child) in node.Children)
        {
            var place = at ^ offset ^ label;
            units[place] = label;
            Place(child, place, units, used);
        }
    }

    private sealed class Node
    {
        public SortedDictionary<byte, Node> Children { get; } = [];

        public int? Value { get; set; }
    }
}
