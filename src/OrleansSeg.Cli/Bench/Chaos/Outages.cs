namespace OrleansSeg.Cli.Bench.Chaos;

/// <summary>When nobody could answer, because the store's server was away or no silo was left: recovery is counted without that time.</summary>
internal sealed class Outages(TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly List<(long From, long To)> _past = [];
    private long? _from;

    /// <summary>The store or the last silo is being ended.</summary>
    public void Begin()
    {
        lock (_gate)
        {
            _from = time.GetTimestamp();
        }
    }

    /// <summary>It answers again.</summary>
    public void End()
    {
        lock (_gate)
        {
            _past.Add((_from!.Value, time.GetTimestamp()));
            _from = null;
        }
    }

    /// <summary>How much of the time from one instant to another there was somebody to answer: from the last return, when nobody was there in between.</summary>
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
