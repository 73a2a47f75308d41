namespace OrleansSeg.Cli.Bench.Chaos;

/// <summary>What is done to a cluster.</summary>
internal enum FaultKind
{
    /// <summary>Silos join until there are as many as ever.</summary>
    Grow,

    /// <summary>Silos are asked to end, until there are as many as usual.</summary>
    Shrink,

    /// <summary>Every silo is asked to end and another takes its place, one after the other.</summary>
    RollingRestart,

    /// <summary>A silo ends at this instant; another takes its place.</summary>
    Kill,

    /// <summary>A silo answers nothing for longer than the others wait for it, and goes on as if nothing had been.</summary>
    Freeze,

    /// <summary>All silos end at this instant, as in a power cut; others take their places.</summary>
    PowerCut,

    /// <summary>The store's server ends and comes back.</summary>
    StoreAway,
}

/// <summary>Which faults come in which order: rounds in which each kind comes once, in an order that the seed decides.</summary>
/// <param name="random">The seed's randomness.</param>
/// <param name="canGrow">Whether there may be more than one silo.</param>
/// <param name="canStopStore">Whether the store has a server.</param>
internal sealed class FaultSchedule(Random random, bool canGrow, bool canStopStore)
{
    private readonly Queue<FaultKind> _round = new();

    /// <summary>The next fault.</summary>
    public FaultKind Next()
    {
        if (_round.Count == 0)
        {
            var kinds = Kinds().ToArray();
            random.Shuffle(kinds);
            foreach (var kind in kinds)
            {
                _round.Enqueue(kind);
            }
        }

        return _round.Dequeue();
    }

    private IEnumerable<FaultKind> Kinds()
    {
        yield return FaultKind.Kill;
        yield return FaultKind.RollingRestart;
        if (canGrow)
        {
            yield return FaultKind.Grow;
            yield return FaultKind.Shrink;
            yield return FaultKind.Freeze;
            yield return FaultKind.PowerCut;
        }

        if (canStopStore)
        {
            yield return FaultKind.StoreAway;
        }
    }
}
