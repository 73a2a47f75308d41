using OrleansSeg.Model.Text.Tagging;

namespace OrleansSeg.Model.Tests.Text.Tagging;

/// <summary>Labelled sentences of a few words: enough to see whether anything is learned.</summary>
internal static class SmallTexts
{
    private static readonly string[] Before = ["hello", "today i", "my sister", "so we"];
    private static readonly string[] After = ["thanks", ".", "and that is all", "last week"];
    private static readonly string[] Things = ["red lamp", "mug", "blue chair", "clock"];

    private static readonly (string Label, string[] Words)[] Acts =
        [("buy", ["bought the {0}", "ordered a {0}"]), ("search", ["looked for a {0}", "could not find the {0}"]), ("evaluate", ["love the {0}", "hate the {0}"])];

    /// <summary>Writes sentences, a fifth of them without a label.</summary>
    public static IEnumerable<TaggedText> Write(int count, int seed)
    {
        var random = new Random(seed);
        for (var i = 0; i < count; i++)
        {
            var thing = Things[random.Next(Things.Length)];
            var (label, words) = Acts[random.Next(Acts.Length)];
            var act = random.Next(5) == 0 ? $"saw the {thing}" : words[random.Next(words.Length)].Replace("{0}", thing, StringComparison.Ordinal);
            var before = Before[random.Next(Before.Length)];
            var text = $"{before} {act} {After[random.Next(After.Length)]}";
            var first = before.Split(' ').Length;
            yield return new TaggedText(text, TextWords.Split(text), act.StartsWith("saw", StringComparison.Ordinal) ? [] : [new WordSpan(first, first + act.Split(' ').Length - 1, label)]);
        }
    }
}
