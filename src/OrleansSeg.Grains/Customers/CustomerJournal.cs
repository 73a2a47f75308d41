using OrleansSeg.Customers.History;
using OrleansSeg.Customers.Storage;

namespace OrleansSeg.Customers;

/// <summary>The durable state of one customer: what is stored, and the one way to change it.</summary>
/// <remarks>
/// Every write follows one order: if the durable hot page is full, its oldest events become page n, inserted first; then the state that
/// refers to page n and holds the new events is written. A crash between the two leaves a page nobody refers to, whose events are all
/// still in the hot page; the next sealing adopts it.
/// </remarks>
internal sealed class CustomerJournal : ICoalescedContent<CustomerState, CustomerDraft>
{
    private readonly GrainRecords _records;
    private readonly CoalescedRecord<CustomerState, CustomerDraft> _record;
    private readonly PageStore _pages;
    private readonly SealedIds _sealedIds;
    private readonly ICustomerSurroundings _surroundings;
    private readonly CustomerOptions _options;
    private readonly CustomerInstruments _instruments;
    private EventBlock _hot = EventBlock.Empty;
    private EventBlock _nextHot = EventBlock.Empty;
    private int _epoch;

    /// <summary>Makes the journal; <see cref="LoadAsync"/> reads it.</summary>
    public CustomerJournal(GrainRecords records, CustomerOptions options, CustomerInstruments instruments, ICustomerSurroundings surroundings)
    {
        _records = records;
        _surroundings = surroundings;
        (_options, _instruments) = (options, instruments);
        _pages = new PageStore(records);
        _sealedIds = new SealedIds(_pages);
        _record = new CoalescedRecord<CustomerState, CustomerDraft>(
            records, CustomerStorage.CustomerRecord, this, options.WriteAttemptsMax, surroundings.Lost);
    }

    /// <summary>The durable version.</summary>
    public CustomerState State => _record.Durable;

    /// <summary>The durable hot page.</summary>
    public EventBlock Hot => _hot;

    /// <summary>The sealed pages.</summary>
    public PageStore Pages => _pages;

    /// <summary>The customer's records as they are stored.</summary>
    public GrainRecords Records => _records;

    /// <summary>Durable events.</summary>
    public long EventCount => State.SealedCount + _hot.Count;

    /// <summary>Ends when no write is outstanding.</summary>
    public Task Idle => _record.Idle;

    /// <summary>Reads the customer from the store.</summary>
    public Task LoadAsync(CancellationToken cancellationToken) => _record.LoadAsync(cancellationToken);

    /// <summary>Applies a change with the next write; ends when it is durable.</summary>
    public Task SubmitAsync(PendingChange<CustomerDraft> change) => _record.SubmitAsync(change);

    /// <summary>A change that drops what retention no longer keeps.</summary>
    public RetentionChange Retain(RetentionRule rule) => new(rule, _pages, _sealedIds);

    /// <summary>Removes history records that the durable version names as left-overs.</summary>
    public async Task RemoveLeftoversAsync()
    {
        while (State.Leftovers is { } leftovers)
        {
            foreach (var page in leftovers.Pages)
            {
                await _pages.RemoveAsync(page);
            }

            foreach (var directory in leftovers.Directories)
            {
                await _pages.RemoveDirectoryAsync(directory);
            }

            await SubmitAsync(new LeftoversRemoved(leftovers));
        }
    }

    /// <summary>Removes the main record.</summary>
    public Task RemoveAsync() => _record.RemoveAsync();

    async Task<CustomerDraft> ICoalescedContent<CustomerState, CustomerDraft>.OpenAsync(CustomerState durable)
    {
        var recalled = await _surroundings.RecallAsync(durable);
        if (_hot.Data.Length < _options.HotPageBytesMax)
        {
            return new CustomerDraft(recalled, _hot, _sealedIds, _options.HotPageBytesMax);
        }

        var (state, hot) = await SealAsync(recalled, _hot);
        var draft = new CustomerDraft(state, hot, _sealedIds, _options.HotPageBytesMax);
        draft.Set(state);
        return draft;
    }

    bool ICoalescedContent<CustomerState, CustomerDraft>.IsChanged(CustomerDraft draft) => draft.IsChanged;

    async Task<CustomerState> ICoalescedContent<CustomerState, CustomerDraft>.CloseAsync(CustomerDraft draft)
    {
        (var next, _nextHot) = draft.Build();
        if (next.Registered || next.Erasure is not null)
        {
            return next;
        }

        await _surroundings.RegisterAsync(next.Epoch);

        // The index says "unscored" of a new customer; one without consent has something else to say.
        return next with { Registered = true, AssignmentVersion = next.AssignmentVersion + (next.MayProfile(_options) ? 0 : 1) };
    }

    void ICoalescedContent<CustomerState, CustomerDraft>.Settled(CustomerState durable)
    {
        if (durable.Epoch != _epoch)
        {
            // An erasure numbers its pages anew.
            _sealedIds.Reset();
            _epoch = durable.Epoch;
        }

        _hot = ReferenceEquals(durable.Hot, _nextHot.Data) ? _nextHot : EventBlock.Parse(durable.Hot);
        _nextHot = _hot;
        _surroundings.Settled(durable);
    }

    void ICoalescedContent<CustomerState, CustomerDraft>.Written(int changes) => _instruments.Wrote(changes);

    private async Task<(CustomerState State, EventBlock Hot)> SealAsync(CustomerState state, EventBlock hot)
    {
        state = state.Pages.Length < _options.PagesPerDirectory ? state : await FoldAsync(state);

        // The newest quarter stays, because most late events are only a little late.
        var oldest = hot.Slice(0, hot.CountFilling(hot.Data.Length / 4 * 3));
        var page = await _pages.InsertAsync(state.NextPage, state.Epoch, oldest);
        _sealedIds.Add(state.NextPage, page);
        if (ReferenceEquals(page, oldest))
        {
            hot = hot.Slice(oldest.Count, hot.Count);
        }
        else
        {
            var adopted = new HashSet<string>(Enumerable.Range(0, page.Count).Select(page.IdAt), StringComparer.Ordinal);
            hot = hot.Without(i => adopted.Contains(hot.IdAt(i)));
        }

        return (state with { NextPage = state.NextPage + 1, Pages = [.. state.Pages, PageEntry.Of(state.NextPage, page)] }, hot);
    }

    private async Task<CustomerState> FoldAsync(CustomerState state)
    {
        var pages = state.Pages[.._options.PagesPerDirectory];
        var hashes = await _sealedIds.CollectAsync(state, pages);
        var record = new DirectoryRecord { Epoch = state.Epoch, Pages = pages, IdHashes = hashes };
        await _pages.InsertDirectoryAsync(state.NextDirectory, record);
        return state with
        {
            NextDirectory = state.NextDirectory + 1,
            Directories = [.. state.Directories, DirectoryEntry.Of(state.NextDirectory, pages)],
            Pages = state.Pages[_options.PagesPerDirectory..],
        };
    }
}

/// <summary>Left-overs are gone.</summary>
internal sealed class LeftoversRemoved(PageLeftovers gone) : PendingChange<CustomerDraft>
{
    /// <inheritdoc />
    public override ValueTask<bool> ApplyAsync(CustomerDraft draft)
    {
        if (draft.State.Leftovers is { } leftovers)
        {
            draft.Set(draft.State with { Leftovers = leftovers.Without(gone) });
        }

        return ValueTask.FromResult(true);
    }
}

/// <summary>What a journal needs of the grain around it.</summary>
internal interface ICustomerSurroundings
{
    /// <summary>The durable version with what is known besides it: the erasure before a fresh history, the index version delivered.</summary>
    ValueTask<CustomerState> RecallAsync(CustomerState durable);

    /// <summary>Registers the customer with its partition, durably; called before the first acknowledgement.</summary>
    Task RegisterAsync(int epoch);

    /// <summary>A version is durable.</summary>
    void Settled(CustomerState durable);

    /// <summary>What is stored is no longer known: the activation must end.</summary>
    void Lost(Exception exception);
}
