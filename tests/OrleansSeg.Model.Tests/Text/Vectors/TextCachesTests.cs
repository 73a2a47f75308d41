using Microsoft.Extensions.Time.Testing;
using OrleansSeg.Model.Tests.Training;
using OrleansSeg.Model.Text.Vectors;
using OrleansSeg.Model.Training;

namespace OrleansSeg.Model.Tests.Text.Vectors;

public sealed class TextCachesTests
{
    [Fact]
    public void TextOfFewCustomers_IsNotKept_HoweverOftenTheyWroteIt()
    {
        var examples = Examples(("everybody", 9), ("five", 5), ("four", 4), ("one", 1));
        Assert.Equal(["everybody", "five"], KnownTexts.Common([.. examples, .. examples]));
    }

    [Fact]
    public void Kept_ReadsBack_AndHoldsNoText()
    {
        string[] texts = ["red mug", "blue mug", "退货"];
        var kept = KnownTexts.Of(texts, 2, text => [text.Length, text[0]]);
        var read = KnownTexts.Read(kept.HashBytes(), kept.Vectors, 2);
        Assert.Equal(3, read.Count);
        Assert.All(texts, text => Assert.Equal([text.Length, text[0]], read.TryFind(text, out var vector) ? vector.ToArray() : []));
        Assert.False(read.TryFind("green mug", out _));
        Assert.Equal(-1, kept.HashBytes().AsSpan().IndexOf("mug"u8));
        Assert.Equal(kept.HashBytes(), KnownTexts.Of(["退货", "blue mug", "red mug"], 2, text => [text.Length, text[0]]).HashBytes());
        Assert.Throws<InvalidDataException>(() => KnownTexts.Read(new byte[17], [1, 2], 2));
        Assert.Throws<InvalidDataException>(() => KnownTexts.Read(new byte[32], [1, 2], 2));
    }

    [Fact]
    public void Recent_StaysBounded_AndKeepsWhatIsAskedForAgain()
    {
        var recent = new RecentTexts(100);
        recent.Add("asked for", new float[] { 7 });
        for (var i = 0; i < 1_000; i++)
        {
            recent.Add($"text {i}", new float[] { i });
            Assert.True(recent.TryFind("asked for", out _), $"after {i}");
        }

        Assert.InRange(Enumerable.Range(0, 1_000).Count(i => recent.TryFind($"text {i}", out _)), 1, 100);
        Assert.Equal(7, recent.TryFind("asked for", out var vector) ? vector.Span[0] : 0);
    }

    [Fact]
    public void TextThatNobodyAsksFor_GoesAfterAWhile_AndOneThatIsAskedForStays()
    {
        var time = new FakeTimeProvider();
        var recent = new RecentTexts(100, time);
        recent.Add("a message", new float[] { 1 });
        recent.Add("a title", new float[] { 2 });
        for (var minutes = 0; minutes < 60; minutes += 10)
        {
            time.Advance(TimeSpan.FromMinutes(10));
            recent.DropOld();
            Assert.True(recent.TryFind("a title", out _));
        }

        Assert.False(recent.TryFind("a message", out _));
    }

    private static List<Example> Examples(params (string Text, int Customers)[] texts)
    {
        var any = SmallShopData.Data.Training.Examples.First(example => example.Input.Tokens.Length > 0);
        return
        [
            .. texts.SelectMany(text => Enumerable.Range(0, text.Customers).Select(customer => any with
            {
                CustomerId = $"c{customer}",
                Input = any.Input with { Tokens = new[] { any.Input.Tokens.Span[0] with { Texts = [text.Text] } } },
            })),
        ];
    }
}
