using Microsoft.Extensions.Time.Testing;
using OrleansSeg.Models;

namespace OrleansSeg.Grains.Tests.Models;

public sealed class LoadRetryTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void Pauses_Double_UpToAMinute_AndASuccessEndsThem()
    {
        var retry = new LoadRetry(TimeSpan.FromSeconds(2), _time);
        Assert.True(retry.IsDue("a"));
        foreach (var seconds in new[] { 2, 4, 8, 16, 32, 60, 60 })
        {
            Assert.Equal(TimeSpan.FromSeconds(seconds), retry.Failed("a"));
            _time.Advance(TimeSpan.FromSeconds(seconds) - TimeSpan.FromTicks(1));
            Assert.False(retry.IsDue("a"));
            _time.Advance(TimeSpan.FromTicks(1));
            Assert.True(retry.IsDue("a"));
        }

        retry.Succeeded();
        Assert.True(retry.IsDue("a"));
        Assert.Equal(TimeSpan.FromSeconds(2), retry.Failed("a"));
    }

    [Fact]
    public void Pause_IsNeverShorterThanThePoll() => Assert.Equal(TimeSpan.FromHours(1), new LoadRetry(TimeSpan.FromHours(1), _time).Failed(null));

    [Fact]
    public void AnotherBundle_DoesNotWaitForThePauseOfOneThatFailed()
    {
        var retry = new LoadRetry(TimeSpan.FromSeconds(2), _time);
        retry.Failed("corrupt");
        retry.Failed("corrupt");
        Assert.False(retry.IsDue("corrupt"));
        Assert.True(retry.IsDue(null));
        Assert.True(retry.IsDue("sound"));
        Assert.Equal(TimeSpan.FromSeconds(2), retry.Failed("also corrupt"));
    }
}
