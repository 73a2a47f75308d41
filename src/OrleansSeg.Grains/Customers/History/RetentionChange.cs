using OrleansSeg.Customers.Storage;

namespace OrleansSeg.Customers.History;

/// <summary>Drops what retention no longer keeps: pages that hold such events are rewritten under new numbers.</summary>
/// <remarks>
/// Two writes. The first names the new records, so that a crash leaves none that nobody knows; then they are inserted, and the second
/// write swaps the references and names the old records as left-overs. The owner removes what is named once neither is under way.
/// Aggregates are summed anew over what stays, so that serving sees what training sees.
/// </remarks>
internal sealed class RetentionChange(RetentionRule rule, PageStore pages, SealedIds sealedIds) : PendingChange<CustomerDraft>
{
    private HistoryRewrite.Numbers _reserved;
    private HistoryRewrite.Numbers _reserving;
    private int _droppingNow;

    /// <summary>Events dropped; complete once the change is durable.</summary>
    public int Dropped { get; private set; }

    /// <inheritdoc />
    public override async ValueTask<bool> ApplyAsync(CustomerDraft draft)
    {
        var state = draft.State;
        if (!state.IsKnown)
        {
            return true;
        }

        var needed = await new HistoryRewrite(state, rule, pages).CountAsync();
        if (needed.PageCount > _reserved.PageCount || needed.DirectoryCount > _reserved.DirectoryCount)
        {
            _reserving = needed with { FirstPage = state.NextPage, FirstDirectory = state.NextDirectory };
            draft.Set(state with
            {
                NextPage = state.NextPage + needed.PageCount,
                NextDirectory = state.NextDirectory + needed.DirectoryCount,
                Leftovers = PageLeftovers.Join(state.Leftovers, _reserving.ToLeftovers()),
            });
            return false;
        }

        var hot = draft.Hot.Without(i => rule.Drops(draft.Hot.TypeAt(i), draft.Hot.TicksAt(i)));
        _droppingNow = draft.Hot.Count - hot.Count;
        var next = state with { RetainedFrom = rule.Latest };
        if (needed.PageCount > 0 || _droppingNow > 0 || needed.WholePages > 0)
        {
            var rewrite = new HistoryRewrite(state, rule, pages);
            next = await rewrite.RunAsync(next, hot, _reserved);
            _droppingNow += rewrite.Dropped;
            sealedIds.Reset();
        }

        draft.ReplaceHot(hot, next);
        if (_droppingNow > 0)
        {
            draft.Touch(imported: true);
        }

        return true;
    }

    /// <inheritdoc />
    public override void Keep()
    {
        _reserved = _reserving;
        Dropped += _droppingNow;
        _droppingNow = 0;
    }

    /// <inheritdoc />
    public override void Forget()
    {
        (_reserved, _reserving, _droppingNow) = (default, default, 0);
        sealedIds.Reset();
    }
}
