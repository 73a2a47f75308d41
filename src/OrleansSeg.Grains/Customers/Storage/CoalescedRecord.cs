using Orleans.Storage;

namespace OrleansSeg.Customers.Storage;

/// <summary>What a <see cref="CoalescedRecord{TState,TDraft}"/> is made of.</summary>
internal interface ICoalescedContent<TState, TDraft>
    where TState : class, new()
{
    /// <summary>A draft of the next version; work that must be durable before it, such as sealing a page, is done here.</summary>
    Task<TDraft> OpenAsync(TState durable);

    /// <summary>Whether the draft differs from what is durable.</summary>
    bool IsChanged(TDraft draft);

    /// <summary>The next version; work that must be durable before it is acknowledged, such as registration, is done here.</summary>
    Task<TState> CloseAsync(TDraft draft);

    /// <summary>A version was written or read back.</summary>
    void Settled(TState durable);

    /// <summary>A write is durable that this many changes shared.</summary>
    void Written(int changes);
}

/// <summary>One record with at most one write outstanding: changes that arrive meanwhile share the next write.</summary>
/// <remarks>
/// A reentrant grain that wrote its state from every call would break its own ETag. Here changes queue up, one loop applies all that wait
/// to a draft, writes it, and lets their callers go. When a write fails its outcome is uncertain: the record is read back and the same
/// changes are applied again, each finding by itself what is stored already. When that fails too, every waiting caller fails and
/// <paramref name="lost"/> is called: the owner must end, because it no longer knows what is stored.
/// All calls must come from one activation's scheduler.
/// </remarks>
internal sealed class CoalescedRecord<TState, TDraft>(
    GrainRecords records,
    string name,
    ICoalescedContent<TState, TDraft> content,
    int attemptsMax,
    Action<Exception> lost)
    where TState : class, new()
{
    private readonly List<PendingChange<TDraft>> _pending = [];
    private string? _etag;
    private Task _writing = Task.CompletedTask;
    private Exception? _lost;

    /// <summary>The version known to be in the store.</summary>
    public TState Durable { get; private set; } = new();

    /// <summary>Ends when no write is outstanding.</summary>
    public Task Idle => _writing;

    /// <summary>Reads the record; required before anything else.</summary>
    public async Task LoadAsync(CancellationToken cancellationToken)
    {
        var stored = await records.ReadAsync<TState>(name, cancellationToken);
        _etag = stored.ETag;
        Durable = stored.Value ?? new TState();
        content.Settled(Durable);
    }

    /// <summary>Reads the store to see that it holds <see cref="Durable"/>.</summary>
    /// <exception cref="InconsistentStateException">It holds another version.</exception>
    public async Task CheckCurrentAsync()
    {
        var stored = await records.ReadAsync<TState>(name);
        if (stored.ETag != _etag)
        {
            throw new InconsistentStateException($"Record '{name}' was changed by another writer.", stored.ETag ?? "(none)", _etag ?? "(none)");
        }
    }

    /// <summary>Applies a change with the next write; ends when it is durable.</summary>
    public Task SubmitAsync(PendingChange<TDraft> change)
    {
        if (_lost is not null)
        {
            return Task.FromException(_lost);
        }

        _pending.Add(change);
        if (_writing.IsCompleted)
        {
            _writing = WriteAllAsync();
        }

        return change.Durable;
    }

    /// <summary>Removes the record, once nothing is being written; what waits meanwhile is applied to an empty one.</summary>
    public Task RemoveAsync()
    {
        var removal = RemoveAfterAsync(_writing);
        _writing = removal;
        return removal;
    }

    private async Task RemoveAfterAsync(Task writing)
    {
        await writing;
        try
        {
            await records.RemoveAsync<TState>(name);
            await LoadAsync(CancellationToken.None);
        }
        catch (Exception exception)
        {
            Lose(exception);
            throw;
        }

        await WriteAllAsync();
    }

    private async Task WriteAllAsync()
    {
        // Changes of this turn, and of turns that are already waiting for the scheduler, share the first write.
        await Task.Yield();
        try
        {
            while (_pending.Count > 0)
            {
                await WriteGroupAsync();
            }
        }
        catch (Exception exception)
        {
            Lose(exception);
        }
    }

    private void Lose(Exception exception)
    {
        _lost = exception;
        foreach (var change in _pending)
        {
            change.Fail(exception);
        }

        _pending.Clear();
        lost(exception);
    }

    private async Task WriteGroupAsync()
    {
        var isCertain = true;
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                if (!isCertain)
                {
                    // Whether the write happened is unknown: only the store can say.
                    await LoadAsync(CancellationToken.None);
                    isCertain = true;
                }

                await WriteOnceAsync();
                return;
            }
            catch (Exception) when (attempt < attemptsMax)
            {
                isCertain = false;
                foreach (var change in _pending)
                {
                    change.Forget();
                }
            }
        }
    }

    private async Task WriteOnceAsync()
    {
        var draft = await content.OpenAsync(Durable);
        var (applied, whole) = (0, true);

        // Changes that arrive while one is applied join this write: the count is read anew each time.
        while (whole && applied < _pending.Count)
        {
            whole = await _pending[applied].ApplyAsync(draft);
            applied++;
        }

        if (content.IsChanged(draft))
        {
            var next = await content.CloseAsync(draft);
            _etag = await records.WriteAsync(name, next, _etag);
            Durable = next;
            content.Written(applied);
            content.Settled(next);
        }

        var finished = whole ? applied : applied - 1;
        for (var i = 0; i < applied; i++)
        {
            _pending[i].Keep();
        }

        for (var i = 0; i < finished; i++)
        {
            _pending[i].Complete();
        }

        _pending.RemoveRange(0, finished);
    }
}
