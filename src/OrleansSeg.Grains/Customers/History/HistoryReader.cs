using System.Runtime.CompilerServices;
using OrleansSeg.Events;

namespace OrleansSeg.Customers.History;

/// <summary>Reads one version of a customer's history in order, merging sealed pages and the hot page.</summary>
/// <remarks>
/// A page is read when the merge reaches its first event and let go when its last one is passed, so memory holds the pages that overlap
/// at one time: one or two, unless a shop records its past in no order at all.
/// </remarks>
internal sealed class HistoryReader(CustomerState state, EventBlock hot, PageStore pages)
{
    /// <summary>Events from one instant (inclusive) up to another (exclusive), after a cursor if one is given, oldest first.</summary>
    public async IAsyncEnumerable<BehaviourEvent> ReadAsync(
        long fromTicks, long toTicks, HistoryCursor? after, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var from = Math.Max(fromTicks, after?.Ticks ?? long.MinValue);
        var waiting = new Queue<PageEntry>((await ListPagesAsync(from, toTicks, cancellationToken)).OrderBy(p => p.MinTicks));
        var open = new PriorityQueue<(EventBlock Block, int Next), (long Ticks, string Id)>(HistoryOrder.Instance);
        Push(open, hot, Start(hot, from, after), toTicks);
        while (waiting.Count > 0 || open.Count > 0)
        {
            while (waiting.TryPeek(out var page) && (!open.TryPeek(out _, out var first) || page.MinTicks <= first.Ticks))
            {
                waiting.Dequeue();
                var block = await pages.ReadAsync(page.Number, state.Epoch, cancellationToken);
                Push(open, block, Start(block, from, after), toTicks);
            }

            if (open.TryDequeue(out var run, out _))
            {
                yield return run.Block[run.Next];
                Push(open, run.Block, run.Next + 1, toTicks);
            }
        }
    }

    /// <summary>The latest events, newest first: for the window that scoring reads.</summary>
    public async IAsyncEnumerable<BehaviourEvent> ReadBackwardsAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var waiting = new Queue<PageEntry>((await ListPagesAsync(long.MinValue, long.MaxValue, cancellationToken)).OrderByDescending(p => p.MaxTicks));
        var open = new PriorityQueue<(EventBlock Block, int Next), (long Ticks, string Id)>(HistoryOrder.Reversed);
        PushBackwards(open, hot, hot.Count - 1);
        while (waiting.Count > 0 || open.Count > 0)
        {
            while (waiting.TryPeek(out var page) && (!open.TryPeek(out _, out var last) || page.MaxTicks >= last.Ticks))
            {
                waiting.Dequeue();
                var block = await pages.ReadAsync(page.Number, state.Epoch, cancellationToken);
                PushBackwards(open, block, block.Count - 1);
            }

            if (!open.TryDequeue(out var run, out _))
            {
                continue;
            }

            yield return run.Block[run.Next];
            if (open.Count > 0 || waiting.Count > 0)
            {
                PushBackwards(open, run.Block, run.Next - 1);
                continue;
            }

            // Nothing is left to merge with, as for every customer whose history fits the hot page.
            for (var i = run.Next - 1; i >= 0; i--)
            {
                yield return run.Block[i];
            }
        }
    }

    /// <summary>Entries of the pages that may hold events of a range.</summary>
    public async Task<List<PageEntry>> ListPagesAsync(long fromTicks, long toTicks, CancellationToken cancellationToken)
    {
        var entries = new List<PageEntry>();
        foreach (var directory in state.Directories.Where(d => d.MaxTicks >= fromTicks && d.MinTicks < toTicks))
        {
            entries.AddRange((await pages.ReadDirectoryAsync(directory.Number, state.Epoch, cancellationToken)).Pages);
        }

        entries.AddRange(state.Pages);
        entries.RemoveAll(p => p.MaxTicks < fromTicks || p.MinTicks >= toTicks);
        return entries;
    }

    private static int Start(EventBlock block, long fromTicks, HistoryCursor? after) => after is { } cursor && cursor.Ticks >= fromTicks
        ? block.FirstAfter(cursor.Ticks, cursor.EventId)
        : block.FirstAtOrAfter(fromTicks);

    private static void Push(
        PriorityQueue<(EventBlock Block, int Next), (long Ticks, string Id)> open, EventBlock block, int next, long toTicks)
    {
        if (next < block.Count && block.TicksAt(next) < toTicks)
        {
            open.Enqueue((block, next), (block.TicksAt(next), block.IdAt(next)));
        }
    }

    private static void PushBackwards(PriorityQueue<(EventBlock Block, int Next), (long Ticks, string Id)> open, EventBlock block, int next)
    {
        if (next >= 0)
        {
            open.Enqueue((block, next), (block.TicksAt(next), block.IdAt(next)));
        }
    }
}

/// <summary>The order of <see cref="EventOrder"/> over time and id alone.</summary>
internal sealed class HistoryOrder : IComparer<(long Ticks, string Id)>
{
    /// <summary>Oldest first.</summary>
    public static readonly HistoryOrder Instance = new(1);

    /// <summary>Newest first.</summary>
    public static readonly HistoryOrder Reversed = new(-1);

    private readonly int _sign;

    private HistoryOrder(int sign) => _sign = sign;

    /// <inheritdoc />
    public int Compare((long Ticks, string Id) x, (long Ticks, string Id) y)
    {
        var byTime = x.Ticks.CompareTo(y.Ticks);
        return _sign * (byTime != 0 ? byTime : string.CompareOrdinal(x.Id, y.Id));
    }
}
