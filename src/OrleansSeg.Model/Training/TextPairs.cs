using System.Runtime.CompilerServices;
using OrleansSeg.Model.Features;

namespace OrleansSeg.Model.Training;

/// <summary>Titles that were bought together, from the steps of training examples: nothing later than the last training cutoff.</summary>
internal static class TextPairs
{
    /// <summary>Pairs of titles of one step, and all the texts.</summary>
    /// <param name="examples">Training examples; steps that several share count once.</param>
    /// <param name="countMax">Most pairs; more are thinned evenly.</param>
    /// <param name="seed">Seed of the thinning.</param>
    public static (List<(string One, string Other)> Pairs, List<string> Texts) Of(IReadOnlyList<Example> examples, int countMax, int seed)
    {
        var seen = new HashSet<SequenceToken>(ReferenceComparer.Instance);
        var pairs = new List<(string One, string Other)>();
        var texts = new List<string>();
        foreach (var example in examples)
        {
            foreach (var step in example.Input.Tokens.Span)
            {
                if (seen.Add(step))
                {
                    texts.AddRange(step.Texts);
                    Add(pairs, step.Texts);
                }
            }
        }

        var random = new Random(seed);
        while (pairs.Count > countMax)
        {
            var chosen = random.Next(pairs.Count);
            pairs[chosen] = pairs[^1];
            pairs.RemoveAt(pairs.Count - 1);
        }

        return (pairs, texts);
    }

    private static void Add(List<(string One, string Other)> pairs, string[] texts)
    {
        for (var one = 0; one < texts.Length; one++)
        {
            for (var other = one + 1; other < texts.Length; other++)
            {
                pairs.Add((texts[one], texts[other]));
            }
        }
    }

    private sealed class ReferenceComparer : IEqualityComparer<SequenceToken>
    {
        public static ReferenceComparer Instance { get; } = new();

        public bool Equals(SequenceToken? x, SequenceToken? y) => ReferenceEquals(x, y);

        public int GetHashCode(SequenceToken obj) => RuntimeHelpers.GetHashCode(obj);
    }
}
