using OrleansSeg.Cli.Bench.Chaos;
using OrleansSeg.Events;

namespace OrleansSeg.EndToEnd.Tests.Chaos;

/// <summary>The comparison itself: it must notice what the runs hope not to find.</summary>
public sealed class LedgerTests
{
    private readonly Ledger _ledger = new();

    [Fact]
    public void Acknowledged_AndFoundOnce_IsSound()
    {
        Send("a", acknowledged: true);
        _ledger.Found("ann", Event("a"));
        _ledger.Close();
        Assert.Equal((1, 0, 0, 0), (_ledger.Acknowledged, _ledger.Uncertain, _ledger.Lost, _ledger.Duplicated));
        Assert.Empty(_ledger.Problems);
    }

    [Fact]
    public void Acknowledged_AndNotFound_IsLost()
    {
        Send("a", acknowledged: true);
        _ledger.Close();
        Assert.Equal((1, 0), (_ledger.Lost, _ledger.Duplicated));
        Assert.Equal(["a of ann was acknowledged and is not there"], _ledger.Problems);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 0)]
    [InlineData(2, 1)]
    [InlineData(3, 2)]
    public void Uncertain_MayBeThereOnce(int times, int duplicated)
    {
        Send("a", acknowledged: false);
        for (var n = 0; n < times; n++)
        {
            _ledger.Found("ann", Event("a"));
        }

        _ledger.Close();
        Assert.Equal((1, 0, duplicated), (_ledger.Uncertain, _ledger.Lost, _ledger.Duplicated));
    }

    [Fact]
    public void EventOfAnother_OrChanged_OrNeverSent_IsCountedAsDuplicated()
    {
        Send("a", acknowledged: true);
        Send("b", acknowledged: true);
        _ledger.Found("bob", Event("a"));
        _ledger.Found("ann", Event("b") with { Quantity = 7 });
        _ledger.Found("ann", Event("c"));
        _ledger.Close();
        Assert.Equal((0, 3), (_ledger.Lost, _ledger.Duplicated));
        Assert.Equal(["a of bob is not what was sent to ann", "b of ann is not what was sent to ann", "c of ann was never sent"], _ledger.Problems);
    }

    private static BehaviourEvent Event(string id) => new()
    {
        EventId = id, Type = EventType.Search, Timestamp = new DateTimeOffset(2026, 1, 5, 10, 0, 0, TimeSpan.Zero), Text = id,
    };

    private void Send(string id, bool acknowledged)
    {
        _ledger.Sent(new CustomerEvent("ann", Event(id)));
        if (acknowledged)
        {
            _ledger.Acknowledge(id);
        }
    }
}
