using CsCheck;
using OrleansSeg.Cli.Rounds;

namespace OrleansSeg.Cli.Tests.Rounds;

public sealed class TrainerGridTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("0", "0")]
    [InlineData("1 0", "0, 1")]
    [InlineData("2 1 0", "0–2")]
    [InlineData("10 2 9 11 0", "0, 2, 9–11")]
    [InlineData("0 x 1 2", "0–2, x")]
    public void Ranges_AreShortAndComplete(string numbers, string shown) =>
        Assert.Equal(shown, TrainerGrid.Ranges(numbers.Split(' ', StringSplitOptions.RemoveEmptyEntries)));

    [Fact]
    public void Ranges_OfAnyNumbers_HoldEachOnce() => Gen.Int[0, 63].Array[0, 64].Sample(numbers =>
    {
        var read = TrainerGrid.Ranges(numbers.Select(number => $"{number}")).Split(", ", StringSplitOptions.RemoveEmptyEntries)
            .Select(range => range.Split('–').Select(int.Parse).ToArray())
            .SelectMany(range => Enumerable.Range(range[0], range[^1] - range[0] + 1));
        Assert.Equal(numbers.Distinct().Order(), read);
    });
}
