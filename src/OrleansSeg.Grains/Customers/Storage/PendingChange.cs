namespace OrleansSeg.Customers.Storage;

/// <summary>A change that waits for the next write of a <see cref="CoalescedRecord{TState,TDraft}"/>.</summary>
/// <typeparam name="TDraft">What changes are applied to.</typeparam>
internal abstract class PendingChange<TDraft>
{
    private readonly TaskCompletionSource _durable = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Ends when the change is durable, or has failed.</summary>
    public Task Durable => _durable.Task;

    /// <summary>Why the change is against a rule; null when it is not. A refused change leaves the draft alone and fails its caller only.</summary>
    protected Exception? Refusal { get; set; }

    /// <summary>Applies the change, or as much of it as the draft has room for.</summary>
    /// <returns>Whether all of it is applied; if not, the rest follows in the next write.</returns>
    /// <remarks>
    /// Called again, on a fresh draft, when a write failed: it must find by itself what is there already. An exception fails the write and
    /// so everybody who shares it; a rule that is broken belongs into <see cref="Refusal"/>.
    /// </remarks>
    public abstract ValueTask<bool> ApplyAsync(TDraft draft);

    /// <summary>What the last <see cref="ApplyAsync"/> did is durable.</summary>
    public virtual void Keep()
    {
    }

    /// <summary>What the last <see cref="ApplyAsync"/> did may be lost.</summary>
    public virtual void Forget()
    {
    }

    /// <summary>Lets the caller go.</summary>
    public void Complete()
    {
        if (Refusal is { } refusal)
        {
            _durable.TrySetException(refusal);
        }
        else
        {
            _durable.TrySetResult();
        }
    }

    /// <summary>Fails the caller.</summary>
    public void Fail(Exception exception) => _durable.TrySetException(exception);
}
