namespace OrleansSeg.Grains.Tests.Clusters;

public sealed class ClusterClockTests
{
    [Fact]
    public async Task DelayUntilAnInstantBetweenTwoMilliseconds_Ends_OnceTheClockHasPassedIt()
    {
        var clock = new ClusterClock(new DateTimeOffset(2026, 3, 2, 9, 0, 0, TimeSpan.Zero));
        var instant = clock.GetUtcNow() + TimeSpan.FromMilliseconds(50.4);
        var tooEarly = 0;
        var delayed = DelayUntilAsync();
        clock.Advance(TimeSpan.FromMilliseconds(50));
        Assert.False(delayed.IsCompleted);
        clock.Advance(TimeSpan.FromMilliseconds(50));
        await delayed;
        Assert.Equal(0, tooEarly);

        async Task DelayUntilAsync()
        {
            await Task.Delay(instant - clock.GetUtcNow(), clock);
            tooEarly += clock.GetUtcNow() < instant ? 1 : 0;
        }
    }
}
