using Microsoft.Extensions.Logging;
using OrleansSeg.Customers.Storage;
using OrleansSeg.Hosting;
using OrleansSeg.Inference;

namespace OrleansSeg.Customers;

/// <summary>What happens to a customer that no storefront asks for: coming and going, erasure, retention, the sweep's calls.</summary>
internal sealed partial class CustomerGrain
{
    private IGrainTimer? _leaving;
    private Task<ErasureReceipt>? _erasing;
    private Task _retaining = Task.CompletedTask;
    private bool _isLoaded;

    /// <inheritdoc />
    public async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        await _journal.LoadAsync(cancellationToken);
        var state = _journal.State;
        _outbox.Load(state);
        _isLoaded = true;
        if (state.Erasure is not null)
        {
            _erasing = _erasure.FinishAsync();
        }
        else if (state.IsKnown && state.Assignment?.Revision != state.Revision)
        {
            _rescorer.Mark(state.OnlyImportedSince ? ScoringPriority.Backfill : ScoringPriority.Refresh);
        }

        if (state.Leftovers is not null)
        {
            _retaining = RemoveLeftoversAsync();
        }

        _outbox.Post();
    }

    /// <inheritdoc />
    public async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        await _stop.CancelAsync();
        _rescorer.Stop();
        _explanations.Forget(_key.GrainKey);
        await Task.WhenAll(_journal.Idle, _outbox.DrainAsync()).WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
    }

    /// <inheritdoc />
    public void Dispose() => _stop.Dispose();

    /// <inheritdoc />
    public async Task<ErasureReceipt> EraseAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        await SettleErasureAsync();
        var erasing = _erasure.EraseAsync(_time.GetUtcNow());
        _erasing = erasing;
        return await erasing;
    }

    /// <inheritdoc />
    public async Task<ErasureReceipt?> GetErasureAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        await SettleErasureAsync();
        return await _erasure.FindAsync();
    }

    /// <inheritdoc />
    public async Task<RefreshOutcome> RefreshAsync(CancellationToken cancellationToken)
    {
        await SettleErasureAsync();
        var outcome = await ScoreNowAsync(ScoringPriority.Backfill, patient: false, cancellationToken);
        await _outbox.FlushAsync();
        return outcome;
    }

    /// <inheritdoc />
    public async Task ReconcileAsync(CancellationToken cancellationToken)
    {
        await SettleErasureAsync();
        if (_journal.State.IsKnown)
        {
            await _outbox.ReconcileAsync();
        }
        else
        {
            await _journal.SubmitAsync(new Unregistration(this));
        }
    }

    /// <inheritdoc />
    public async Task<int> ApplyRetentionAsync(CancellationToken cancellationToken)
    {
        await SettleErasureAsync();
        while (!_retaining.IsCompleted)
        {
            await _retaining;
        }

        var change = _journal.Retain(RetentionRule.At(_time.GetUtcNow(), _options.RetentionByType));
        var retaining = RetainAsync(change);
        _retaining = retaining;
        await retaining;
        return change.Dropped;
    }

    async ValueTask<CustomerState> ICustomerSurroundings.RecallAsync(CustomerState durable)
    {
        if (durable is { Epoch: 0, Registered: false, Erasure: null } && await _erasure.ReadTombstoneAsync() is { } tombstone)
        {
            durable = durable with { Epoch = tombstone.Epoch, ErasedAt = tombstone.ErasedAt };
        }

        var delivered = _outbox.DeliveredIn(durable.Epoch);
        return durable.IndexedVersion == delivered ? durable : durable with { IndexedVersion = delivered };
    }

    async Task ICustomerSurroundings.RegisterAsync(int epoch) =>
        await (await _sites.GetPartitionAsync(_key)).RegisterAsync(_key.GrainKey, epoch);

    void ICustomerSurroundings.Settled(CustomerState durable)
    {
        _view.Update(durable);
        if (!durable.IsKnown || !durable.MayProfile(_options))
        {
            _explanations.Forget(_key.GrainKey);
        }

        if (_isLoaded)
        {
            _outbox.Post();
        }

        if (durable.IsKnown)
        {
            _leaving?.Dispose();
            _leaving = null;
        }
        else
        {
            _leaving ??= this.RegisterGrainTimer(LeaveIfUnknown, new GrainTimerCreationOptions(_options.UnknownIdleAge, _options.UnknownIdleAge) { Interleave = true });
        }
    }

    void ICustomerSurroundings.Lost(Exception exception)
    {
        LogLost(_key.GrainKey, exception);
        GrainContext.Deactivate(LostStore.Reason);
    }

    /// <summary>Ends once no erasure is under way; one that failed is begun again. While one is, nothing of the customer is changed.</summary>
    private async Task SettleErasureAsync()
    {
        while (_erasing is { IsCompleted: false } || _journal.State.Erasure is not null)
        {
            if (_erasing is null or { IsCompleted: true })
            {
                _erasing = _erasure.FinishAsync();
            }

            await _erasing;
        }
    }

    private async Task RetainAsync(PendingChange<CustomerDraft> change)
    {
        await _journal.SubmitAsync(change);
        await RemoveLeftoversAsync();
        if (_journal.State.IsKnown)
        {
            _rescorer.Mark(ScoringPriority.Backfill);
        }
    }

    private async Task RemoveLeftoversAsync()
    {
        try
        {
            await _journal.RemoveLeftoversAsync();
        }
        catch (Exception exception)
        {
            // They stay named in the state; the next activation removes them.
            LogLeftovers(_key.GrainKey, exception);
        }
    }

    /// <summary>Scores, and waits for it unless the silo stops: it would wait for this call before it lets the activation end.</summary>
    private async Task<RefreshOutcome> ScoreNowAsync(ScoringPriority priority, bool patient, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _siloStopping.Begun);
        try
        {
            return await _rescorer.ScoreNowAsync(priority, patient).WaitAsync(stop.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return RefreshOutcome.Unavailable;
        }
    }

    private Task LeaveIfUnknown(CancellationToken cancellationToken)
    {
        if (!_journal.State.IsKnown && _journal.Idle.IsCompleted && _erasing is null or { IsCompleted: true })
        {
            GrainContext.Deactivate(new DeactivationReason(DeactivationReasonCode.ApplicationRequested, "Nobody knows this customer."), cancellationToken);
        }

        return Task.CompletedTask;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Customer {Customer} does not know what is stored: it is read anew by another activation.")]
    private partial void LogLost(string customer, Exception exception);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Left-over history records of {Customer} were not removed yet.")]
    private partial void LogLeftovers(string customer, Exception exception);

    /// <summary>Takes back a registration that no stored customer followed: between two writes, so that none can follow meanwhile.</summary>
    private sealed class Unregistration(CustomerGrain grain) : PendingChange<CustomerDraft>
    {
        public override async ValueTask<bool> ApplyAsync(CustomerDraft draft)
        {
            if (draft is { IsChanged: false, State: { IsKnown: false, Erasure: null } state })
            {
                await (await grain._sites.GetPartitionAsync(grain._key)).RemoveAsync(grain._key.GrainKey, state.Epoch + 1);
            }

            return true;
        }
    }
}
