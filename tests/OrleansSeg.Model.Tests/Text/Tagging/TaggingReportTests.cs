using OrleansSeg.Model.Text.Tagging;

namespace OrleansSeg.Model.Tests.Text.Tagging;

public sealed class TaggingReportTests
{
    private static readonly TagLabels Labels = new(["O", "B-buy", "I-buy", "B-search", "I-search"]);

    [Fact]
    public void Scores_AreThoseCountedByHand()
    {
        // Six words; a purchase of two words found whole, a search of two words found one word short.
        var text = Text("I bought it and looked around", new WordSpan(1, 2, "buy"), new WordSpan(4, 5, "search"));
        var report = TaggingReport.Of(Labels, [text], [[0, 1, 2, 0, 3, 0]]);
        Assert.Equal((1, 6L, 5.0 / 6), (report.Texts, report.Words, report.Accuracy));
        Assert.Equal(new TagScore(1, 1, 1, 2), report.Tokens.ByLabel["buy"]);
        Assert.Equal(new TagScore(1, 0.5, 2.0 / 3, 2), report.Tokens.ByLabel["search"]);
        Assert.Equal(new TagScore(1, 0.75, 1.5 / 1.75, 4), report.Tokens.Overall);
        Assert.Equal(new TagScore(1, 1, 1, 1), report.Entities.ByLabel["buy"]);
        Assert.Equal(new TagScore(0, 0, 0, 1), report.Entities.ByLabel["search"]);
        Assert.Equal((0.5, 0.5), (report.Entities.Overall.F1, report.Entities.MacroF1));
    }

    [Fact]
    public void RightPlaceWithAnotherLabel_IsOneToldAndOneMissed()
    {
        var report = TaggingReport.Of(Labels, [Text("looked", new WordSpan(0, 0, "search"))], [[1]]);
        Assert.Equal((0, 0), (report.Entities.Overall.Precision, report.Entities.Overall.Recall));
        Assert.Equal(0, report.Accuracy);
    }

    [Fact]
    public void InsideWithoutABeginning_BeginsASpan()
    {
        Assert.Equal([new WordSpan(0, 1, "buy"), new WordSpan(2, 2, "search"), new WordSpan(3, 3, "search")], Labels.SpansOf([2, 2, 4, 3]).ToArray());
        Assert.Equal([new WordSpan(0, 1, "buy")], new TagLabels(["O", "buy"]).SpansOf([1, 1]).ToArray());
    }

    [Theory]
    [InlineData("buy,search", "Labels must differ, and 'O' must be among them; they are buy, search.")]
    [InlineData("O,B-buy,search", "Labels must all begin with B- or I-, or none; they are O, B-buy, search.")]
    public void LabelsOfNoTagger_AreRefused(string names, string said) =>
        Assert.StartsWith(said, Assert.Throws<ArgumentException>(() => new TagLabels(names.Split(','))).Message, StringComparison.Ordinal);

    private static TaggedText Text(string text, params WordSpan[] spans) => new(text, TextWords.Split(text), [.. spans]);
}
