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
        Assert.True(retry.IsDue);
        foreach (var seconds in new[] { 2, 4, 8, 16, 32, 60, 60 })
        {
            Assert.Equal(TimeSpan.FromSeconds(seconds), retry.Failed());
            _time.Advance(TimeSpan.FromSeconds(seconds) - TimeSpan.FromTicks(1));
            Assert.False(retry.IsDue);
            _time.Advance(TimeSpan.FromTicks(1));
            Assert.True(retry.IsDue);
        }

        retry.Succeeded();
        Assert.True(retry.IsDue);
        Assert.Equal(TimeSpan.FromSeconds(2), retry.Failed());
    }

    [Fact]
    public void Pause_IsNeverShorterThanThePoll() => Assert.Equal(TimeSpan.FromHours(1), new LoadRetry(TimeSpan.FromHours(1), _time).Failed());
}
