using System.Collections.Immutable;
using CsCheck;
using OrleansSeg.Model.Text.Tagging;

namespace OrleansSeg.Model.Tests.Text.Tagging;

public sealed class ConllFileTests
{
    private readonly List<(int Line, string Why)> _rejected = [];

    [Fact]
    public void PlainLabels_InARow_AreOneSpan()
    {
        var read = Read("I O\nbought buy\nit buy\n\nthanks O\n");
        Assert.False(read.HasBeginnings);
        Assert.Equal(["I bought it", "thanks"], read.Texts.Select(text => text.Text));
        Assert.Equal([new WordSpan(1, 2, "buy")], read.Texts[0].Spans.ToArray());
        Assert.Equal([new WordPlace(0, 1), new WordPlace(2, 8), new WordPlace(9, 11)], read.Texts[0].Words.ToArray());
        Assert.Empty(_rejected);
    }

    [Fact]
    public void Beginnings_EndsAndSingles_SeparateSpansThatTouch()
    {
        var read = Read("a B-buy\nb I-buy\nc B-buy\nd S-buy\ne B-buy\nf E-buy\ng I-buy\n");
        Assert.True(read.HasBeginnings);
        Assert.Equal([(0, 1), (2, 2), (3, 3), (4, 5), (6, 6)], read.Texts[0].Spans.Select(span => (span.First, span.Last)));
    }

    [Fact]
    public void ColumnsBetween_CommentsAndDocumentStarts_ArePassedOver()
    {
        var read = Read("-DOCSTART- -X- O O\n\n# text = EU rejects\nEU NNP B-NP B-ORG\nrejects VBZ B-VP O\n\n# O\n");
        Assert.Equal(["EU rejects", "#"], read.Texts.Select(text => text.Text));
        Assert.Equal([new WordSpan(0, 0, "ORG")], read.Texts[0].Spans.ToArray());
    }

    [Fact]
    public void ChineseCharacters_AreJoinedWithoutSpaces()
    {
        var read = Read("我 O\n买 buy\n了 buy\niPhone buy\n！ O\n");
        Assert.Equal("我买了iPhone ！", read.Texts[0].Text);
        Assert.Equal("买了iPhone", read.Texts[0].Text[read.Texts[0].Words[1].Start..read.Texts[0].Words[3].End]);
    }

    [Theory]
    [InlineData("good O\n\nfine O\nbad\nworse O\n\ngood O\n", 4, "'bad' has no label")]
    [InlineData("good O\n\nbad X-buy\n\ngood O\n", 3, "the label 'X-buy' has a beginning other than B-, I-, E-, L-, S- and U-")]
    public void TextWithALineThatCannotBeRead_IsRejectedWhole_AndTheOthersAreKept(string file, int line, string why)
    {
        Assert.Equal(["good", "good"], Read(file).Texts.Select(text => text.Text));
        Assert.Equal([(line, why)], _rejected);
    }

    [Fact]
    public void WhatIsWritten_IsReadBackTheSame()
    {
        var word = Gen.Char["abc我买7#-_."].Array[1, 5].Select(characters => new string(characters)).Where(text => text != "-DOCSTART-" && !text.StartsWith('#'));
        var label = Gen.Int[0, 2].Select(which => new[] { "O", "buy", "search" }[which]);
        var texts = Gen.Select(word, label, Gen.Bool).Array[1, 12].Select(Build).Array[1, 6];
        Gen.Select(texts, Gen.Bool).Sample((written, hasBeginnings) =>
        {
            var kept = hasBeginnings ? written : Array.ConvertAll(written, Joined);
            using var file = new StringWriter();
            ConllFile.Write(file, kept, hasBeginnings);
            var read = ConllFile.Read(new StringReader(file.ToString()), (line, why) => throw new InvalidDataException($"{line}: {why}"));
            return read.Texts.Length == kept.Length && read.Texts.Zip(kept).All(pair => Same(pair.First, pair.Second));
        });
    }

    private LabelledTexts Read(string file) => ConllFile.Read(new StringReader(file), (line, why) => _rejected.Add((line, why)));

    // Words stand where a reader puts them, so that places can be compared.
    private static TaggedText Build((string Word, string Label, bool Begins)[] words)
    {
        using var file = new StringWriter();
        var before = TagLabels.Outside;
        foreach (var (word, label, begins) in words)
        {
            file.Write($"{word} {(label == TagLabels.Outside ? label : (begins || label != before ? "B-" : "I-") + label)}\n");
            before = label;
        }

        return ConllFile.Read(new StringReader(file.ToString()), (line, why) => throw new InvalidDataException($"{line}: {why}")).Texts[0];
    }

    // Without beginnings two spans of one label that touch are one.
    private static TaggedText Joined(TaggedText text)
    {
        var labels = TagLabels.Of([text], hasBeginnings: false);
        return text with { Spans = labels.SpansOf(labels.IdsOf(text)) };
    }

    private static bool Same(TaggedText one, TaggedText other) =>
        one.Text == other.Text && one.Words.SequenceEqual(other.Words) && one.Spans.SequenceEqual(other.Spans);
}
