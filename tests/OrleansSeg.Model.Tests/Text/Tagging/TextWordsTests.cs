using CsCheck;
using OrleansSeg.Model.Text.Tagging;

namespace OrleansSeg.Model.Tests.Text.Tagging;

public sealed class TextWordsTests
{
    [Theory]
    [InlineData("Book at 7.30pm, don't wait!", "Book|at|7.30pm|,|don't|wait|!")]
    [InlineData("我买了mp3播放器。", "我|买|了|mp3|播|放|器|。")]
    [InlineData("(two-piece)", "(|two-piece|)")]
    [InlineData("  ", "")]
    [InlineData("ok 👍", "ok|👍")]
    public void Words_ArePartsBetweenSpaces_AndMarksAndIdeographsAlone(string text, string words) =>
        Assert.Equal(words, string.Join('|', TextWords.Split(text).Select(word => text[word.Start..word.End])));

    [Fact]
    public void AnyText_IsCutInOrder_AndNothingButSpaceIsLeftOut() => Gen.String.Sample(text =>
    {
        var (at, left) = (0, "");
        foreach (var word in TextWords.Split(text))
        {
            if (word.Start < at || word.End <= word.Start || word.End > text.Length)
            {
                return false;
            }

            left += text[at..word.Start];
            at = word.End;
        }

        return (left + text[at..]).All(char.IsWhiteSpace);
    });
}
