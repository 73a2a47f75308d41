namespace OrleansSeg.Cli.Bench.Chaos;

/// <summary>When the store's server was away: a look-up that needs it cannot be answered then, and its recovery is counted without that time.</summary>
internal sealed class StoreOutages(TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly List<(long From, long To)> _past = [];
    private long? _from;

    /// <summary>The server is being ended.</summary>
    public void Begin()
    {
        lock (_gate)
        {
            _from = time.GetTimestamp();
        }
    }

    /// <summary>The server answers again.</summary>
    public void End()
    {
        lock (_gate)
        {
            _past.Add((_from!.Value, time.GetTimestamp()));
            _from = null;
        }
    }

    /// <summary>How much of the time from one instant to another the store was there: from its last return, when it was away in between.</summary>
    public TimeSpan Without(long from, long to)
    {
        lock (_gate)
        {
            var begin = from;
            foreach (var outage in _past.Where(outage => outage.From < to && outage.To > from))
            {
                begin = Math.Max(begin, outage.To);
            }

            return _from < to ? TimeSpan.Zero : time.GetElapsedTime(Math.Min(begin, to), to);
        }
    }
}
