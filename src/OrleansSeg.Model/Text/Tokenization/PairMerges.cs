using System.Runtime.InteropServices;

namespace OrleansSeg.Model.Text.Tokenization;

/// <summary>Words as sequences of pieces, of which the pair that occurs most is put together, again and again.</summary>
/// <remarks>
/// Each pair knows the words it may occur in, and a queue knows the pairs by their counts of some time ago: a step touches only what it
/// changes. Ties go to the pair that comes first in ordinal order, so the outcome depends on the words and counts alone.
/// </remarks>
/// <param name="alphabet">Characters that can be written; a word with another one is passed over.</param>
internal sealed class PairMerges(IEnumerable<string> alphabet)
{
    private const string Within = "##";

    private readonly HashSet<string> _alphabet = alphabet.ToHashSet(StringComparer.Ordinal);
    private readonly List<string> _pieces = [];
    private readonly Dictionary<string, int> _ids = new(StringComparer.Ordinal);
    private readonly List<int[]> _words = [];
    private readonly List<long> _counts = [];
    private readonly Dictionary<(int Left, int Right), long> _pairs = [];
    private readonly Dictionary<(int Left, int Right), List<int>> _places = [];

    /// <summary>Adds a word that occurs so often.</summary>
    public void Add(string word, long count)
    {
        var characters = word.EnumerateRunes().Select(rune => rune.ToString()).ToList();
        if (characters.Count < 2 || !characters.TrueForAll(_alphabet.Contains))
        {
            return;
        }

        _words.Add([.. characters.Select((character, i) => IdOf(i == 0 ? character : Within + character))]);
        _counts.Add(count);
        Tally(_words.Count - 1, 1, []);
    }

    /// <summary>New pieces, the most frequent pairs first, until no pair occurs twice.</summary>
    public IEnumerable<string> Learn()
    {
        var queue = new PriorityQueue<(int Left, int Right), (long Count, string Left, string Right)>(Comparer<(long Count, string Left, string Right)>.Create(Compare));
        foreach (var pair in _pairs.Keys)
        {
            Queue(queue, pair);
        }

        while (queue.TryDequeue(out var pair, out var priority))
        {
            var count = _pairs.GetValueOrDefault(pair);
            if (count != priority.Count)
            {
                // It has become rarer since it was put in; a pair that became more frequent was put in again.
                Queue(queue, pair);
                continue;
            }

            yield return Merge(pair, queue);
        }
    }

    private static int Compare((long Count, string Left, string Right) one, (long Count, string Left, string Right) other)
    {
        var order = other.Count.CompareTo(one.Count);
        order = order != 0 ? order : string.CompareOrdinal(one.Left, other.Left);
        return order != 0 ? order : string.CompareOrdinal(one.Right, other.Right);
    }

    private void Queue(PriorityQueue<(int Left, int Right), (long Count, string Left, string Right)> queue, (int Left, int Right) pair)
    {
        if (_pairs.GetValueOrDefault(pair) is > 1 and var count)
        {
            queue.Enqueue(pair, (count, _pieces[pair.Left], _pieces[pair.Right]));
        }
    }

    private string Merge((int Left, int Right) pair, PriorityQueue<(int Left, int Right), (long Count, string Left, string Right)> queue)
    {
        var merged = _pieces[pair.Left] + _pieces[pair.Right][Within.Length..];
        var id = IdOf(merged);
        var changed = new HashSet<(int Left, int Right)>();
        _places.Remove(pair, out var places);
        foreach (var word in places!.Distinct())
        {
            Tally(word, -1, changed);
            _words[word] = Joined(_words[word], pair, id);
            Tally(word, 1, changed);
        }

        _pairs.Remove(pair);
        foreach (var each in changed.Where(each => each.Left == id || each.Right == id))
        {
            // Only pairs with the new piece can have become more frequent.
            Queue(queue, each);
        }

        return merged;
    }

    private void Tally(int word, int sign, HashSet<(int Left, int Right)> changed)
    {
        var pieces = _words[word];
        for (var i = 1; i < pieces.Length; i++)
        {
            var pair = (pieces[i - 1], pieces[i]);
            CollectionsMarshal.GetValueRefOrAddDefault(_pairs, pair, out _) += sign * _counts[word];
            changed.Add(pair);
            if (sign > 0)
            {
                ref var places = ref CollectionsMarshal.GetValueRefOrAddDefault(_places, pair, out var exists);
                places ??= [];
                if (!exists || places.Count == 0 || places[^1] != word)
                {
                    places.Add(word);
                }
            }
        }
    }

    private static int[] Joined(int[] pieces, (int Left, int Right) pair, int id)
    {
        var joined = new List<int>(pieces.Length);
        foreach (var piece in pieces)
        {
            if (joined.Count > 0 && joined[^1] == pair.Left && piece == pair.Right)
            {
                joined[^1] = id;
            }
            else
            {
                joined.Add(piece);
            }
        }

        return [.. joined];
    }

    private int IdOf(string piece)
    {
        if (!_ids.TryGetValue(piece, out var id))
        {
            id = _pieces.Count;
            _ids.Add(piece, id);
            _pieces.Add(piece);
        }

        return id;
    }
}
