using CsCheck;
using OrleansSeg.Model.Text;

namespace OrleansSeg.Model.Tests.Text;

public sealed class WordPieceVocabularyTests
{
    private static readonly string[] Titles = ["Red MUG", "red mug, large", "Blue teapot", "blue teapot & lid", "Café cup"];

    [Fact]
    public void TextsInAnyOrder_GiveTheSameVocabulary() =>
        Gen.Int.Sample(seed =>
        {
            var shuffled = Titles.ToArray();
            new Random(seed).Shuffle(shuffled);
            Assert.Equal(WordPieceVocabulary.Train(Titles, 200), WordPieceVocabulary.Train(shuffled, 200));
        });

    [Fact]
    public void Vocabulary_HoldsFrequentWordsWhole_AndKeepsItsBound()
    {
        var vocabulary = WordPieceVocabulary.Train(Titles, 200);
        Assert.Equal(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"], vocabulary.Take(5));
        Assert.Contains("teapot", vocabulary);
        Assert.DoesNotContain("large", vocabulary); // seen once
        Assert.Equal(vocabulary.Distinct(), vocabulary);
        Assert.Equal(20, WordPieceVocabulary.Train(Titles, 20).Count);
    }

    [Fact]
    public void KnownCharacters_NeverBecomeUnknown() =>
        Gen.Select(Gen.Int[0, Titles.Length - 1], Gen.Int[0, 12]).Sample((title, cut) =>
        {
            var tokenizer = WordPieceVocabulary.CreateTokenizer(WordPieceVocabulary.Train(Titles, 500));
            var text = Titles[title][Math.Min(cut, Titles[title].Length - 1)..].Replace("é", "e", StringComparison.Ordinal);
            Assert.DoesNotContain(1, tokenizer.EncodeToIds(text, addSpecialTokens: false));
        });

    [Fact]
    public void NoTexts_GiveAVocabularyThatStillTokenizes()
    {
        var vocabulary = WordPieceVocabulary.Train([], 100);
        Assert.Equal(5, vocabulary.Count);
        Assert.Equal([1], WordPieceVocabulary.CreateTokenizer(vocabulary).EncodeToIds("mug", addSpecialTokens: false));
    }
}
