using OrleansSeg.Model.Sequences;

namespace OrleansSeg.Model.Text.PreTraining;

/// <summary>Different texts of a stream, at most so many: those of the smallest hashes, whatever the order they came in.</summary>
/// <remarks>A bottom-k sample (Cohen 1997): memory is bounded, repeats count once, and every text has the same chance.</remarks>
internal static class TextSample
{
    /// <summary>The texts, in the order of their hashes; empty ones are left out.</summary>
    public static IReadOnlyList<string> Of(IEnumerable<string> texts, int countMax, int seed, CancellationToken cancellationToken)
    {
        var kept = new SortedSet<(ulong Hash, string Text)>(Comparer<(ulong Hash, string Text)>.Create(
            (one, other) => one.Hash != other.Hash ? one.Hash.CompareTo(other.Hash) : string.CompareOrdinal(one.Text, other.Text)));
        foreach (var text in texts)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (string.IsNullOrWhiteSpace(text))
            {
                continue;
            }

            var entry = (StableHash.Of(text, seed), text);
            if (kept.Count < countMax || entry.Item1 <= kept.Max.Hash)
            {
                kept.Add(entry);
                if (kept.Count > countMax)
                {
                    kept.Remove(kept.Max);
                }
            }
        }

        return [.. kept.Select(entry => entry.Text)];
    }
}
