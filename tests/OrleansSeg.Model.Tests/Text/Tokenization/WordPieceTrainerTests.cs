using CsCheck;
using OrleansSeg.Model.Text.Tokenization;

namespace OrleansSeg.Model.Tests.Text.Tokenization;

public sealed class WordPieceTrainerTests
{
    private static readonly string[] Titles =
        ["RED MUG", "red mugs, large", "Blue teapot", "blue teapot & lid", "Café mugs", "红色茶壶", "红色杯子", "teapots teapots", "large mugs"];

    [Fact]
    public void Vocabulary_HoldsCharactersInBothPlaces_FrequentWordsWhole_AndKeepsItsBound()
    {
        var vocabulary = WordPieceTrainer.Train(Titles, 200);
        Assert.Equal(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"], vocabulary.Take(5));
        Assert.Equal(vocabulary.Distinct(), vocabulary);
        Assert.Contains("teapot", vocabulary);
        Assert.Contains("红", vocabulary);
        Assert.DoesNotContain("cafe", vocabulary); // seen once
        Assert.Contains("##e", vocabulary);
        Assert.All(Enumerable.Range(5, 100), size => Assert.InRange(WordPieceTrainer.Train(Titles, size).Count, 5, size));
        Assert.Equal(5, WordPieceTrainer.Train([], 100).Count);
    }

    [Fact]
    public void TextsOfKnownCharacters_AreNeverUnknown_AndManyTitlesTakeFewTokens()
    {
        var tokenizer = WordPieceTextTokenizer.Of(WordPieceTrainer.Train(Titles, 300));
        Assert.DoesNotContain(tokenizer.Special.Unknown, tokenizer.Encode("gum tab 色红 potlid").Ids);
        Assert.Equal(4, tokenizer.Encode("Blue TEAPOT").Ids.Length);
    }

    [Fact]
    public void Merges_AreThoseOfCountingEverythingAgainAtEachStep() =>
        Gen.Select(Gen.Char['a', 'd'].Array[2, 7].Select(letters => new string(letters)), Gen.Int[1, 9]).Array[1, 25].Sample(drawn =>
        {
            var words = drawn.DistinctBy(word => word.Item1).ToList();
            var merges = new PairMerges(["a", "b", "c", "d"]);
            words.ForEach(word => merges.Add(word.Item1, word.Item2));
            Assert.Equal(Naive(words), merges.Learn());
        });

    [Fact]
    public void MoreWordsThanAreCounted_ForgetTheRare_NotTheFrequent()
    {
        var texts = Enumerable.Range(0, 5000).SelectMany(i => new[] { $"w{i}x", i % 3 == 0 ? "mug" : "teapot" });
        var words = WordPieceTrainer.Count(texts, wordsMax: 100, default);
        Assert.InRange(words.Count, 2, 100);
        Assert.Equal((1667L, 3333L), (words["mug"], words["teapot"]));
    }

    private static IEnumerable<string> Naive(List<(string Word, int Count)> words)
    {
        var split = words.Select(word => (Pieces: word.Word.Select((c, i) => i == 0 ? $"{c}" : $"##{c}").ToList(), word.Count)).ToList();
        while (true)
        {
            var pairs = split.SelectMany(word => word.Pieces.Zip(word.Pieces.Skip(1)).Select(pair => (pair, word.Count)))
                .GroupBy(entry => entry.pair).Select(group => (Pair: group.Key, Count: group.Sum(entry => entry.Count)))
                .Where(entry => entry.Count > 1)
                .OrderByDescending(entry => entry.Count).ThenBy(entry => entry.Pair.First, StringComparer.Ordinal).ThenBy(entry => entry.Pair.Second, StringComparer.Ordinal)
                .ToList();
            if (pairs.Count == 0)
            {
                yield break;
            }

            var (left, right) = pairs[0].Pair;
            foreach (var (pieces, _) in split)
            {
                for (var i = 0; i + 1 < pieces.Count; i++)
                {
                    if (pieces[i] == left && pieces[i + 1] == right)
                    {
                        pieces[i] = left + right[2..];
                        pieces.RemoveAt(i + 1);
                    }
                }
            }

            yield return left + right[2..];
        }
    }
}
