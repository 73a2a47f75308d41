using Microsoft.Extensions.Time.Testing;
using OrleansSeg.Cli.Bench.Chaos;

namespace OrleansSeg.EndToEnd.Tests.Chaos;

public sealed class OutagesTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void Recovery_CountsFromTheStoresReturn()
    {
        var outages = new Outages(_time);
        var asked = _time.GetTimestamp();
        Assert.Equal(TimeSpan.FromSeconds(2), outages.Without(asked, After(2)));
        outages.Begin();
        Assert.Equal(TimeSpan.Zero, outages.Without(asked, After(20)));
        outages.End();
        Assert.Equal(TimeSpan.FromSeconds(3), outages.Without(asked, After(3)));

        // What was asked after the return knows nothing of the outage.
        var later = _time.GetTimestamp();
        Assert.Equal(TimeSpan.FromSeconds(4), outages.Without(later, After(4)));
    }

    [Fact]
    public void Schedule_HoldsEachKindOnceARound_InTheSeedsOrder()
    {
        FaultKind[] Rounds(int seed)
        {
            var schedule = new FaultSchedule(new Random(seed), canGrow: true, canStopStore: true);
            return [.. Enumerable.Range(0, 14).Select(_ => schedule.Next())];
        }

        Assert.Equal(Rounds(7), Rounds(7));
        Assert.NotEqual(Rounds(7), Rounds(8));
        Assert.All(Rounds(7).Chunk(7), round => Assert.Equal(Enum.GetValues<FaultKind>(), round.Order()));
        var alone = new FaultSchedule(new Random(1), canGrow: false, canStopStore: false);
        Assert.Equal([FaultKind.RollingRestart, FaultKind.Kill], new[] { alone.Next(), alone.Next() }.Order());
    }

    private long After(int seconds)
    {
        _time.Advance(TimeSpan.FromSeconds(seconds));
        return _time.GetTimestamp();
    }
}
