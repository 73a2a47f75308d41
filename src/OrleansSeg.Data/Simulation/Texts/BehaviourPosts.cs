using OrleansSeg.Data.Simulation.Chance;

namespace OrleansSeg.Data.Simulation.Texts;

/// <summary>Writes posts and messages in which people tell what they did, with a label for each word: for trying a tagger, not for judging one.</summary>
/// <remarks>
/// A word to a line with its label behind a tab, an empty line after each post. Labels: <c>O buy search follow evaluate</c>. The same seed
/// gives the same posts on every machine.
/// </remarks>
public static class BehaviourPosts
{
    /// <summary>Languages that posts are written in.</summary>
    public static IReadOnlyList<string> Languages { get; } = [.. BehaviourPhrases.ByLanguage.Keys.Order(StringComparer.Ordinal)];

    /// <summary>Writes posts.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="count">How many.</param>
    /// <param name="language">One of <see cref="Languages"/>.</param>
    /// <param name="seed">Seed of everything random.</param>
    /// <exception cref="ArgumentException">There is no such language.</exception>
    public static void Write(TextWriter writer, int count, string language, int seed)
    {
        ArgumentNullException.ThrowIfNull(writer);
        if (!BehaviourPhrases.ByLanguage.TryGetValue(language, out var phrases))
        {
            throw new ArgumentException($"There is no language '{language}'; there are {string.Join(", ", Languages)}.", nameof(language));
        }

        for (var number = 0; number < count; number++)
        {
            var random = new RandomStream((ulong)seed, RandomStream.Word(language), (ulong)number);
            foreach (var (word, label) in Post(phrases, random))
            {
                writer.Write($"{word}\t{label}\n");
            }

            writer.Write('\n');
        }
    }

    // A few parts in any order: things done, and words around them that sound alike and tell of nothing.
    private static IEnumerable<(string Word, string Label)> Post(BehaviourPhrases phrases, RandomStream random)
    {
        var parts = 1 + random.Whole(3);
        for (var part = 0; part < parts; part++)
        {
            if (random.Chance(0.6))
            {
                foreach (var word in phrases.Words(random.Pick(phrases.Openings), random))
                {
                    yield return (word, "O");
                }
            }

            var (label, patterns) = random.Chance(0.3) ? ("O", phrases.Distractions) : random.Pick(phrases.Acts);
            foreach (var word in phrases.Words(random.Pick(patterns), random))
            {
                yield return (word, label);
            }

            foreach (var word in phrases.Words(random.Pick(phrases.Ends), random))
            {
                yield return (word, "O");
            }
        }
    }
}
