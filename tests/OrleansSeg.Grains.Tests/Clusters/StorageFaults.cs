namespace OrleansSeg.Grains.Tests.Clusters;

/// <summary>One call to the store, as a fault sees it.</summary>
/// <param name="Kind">What is done.</param>
/// <param name="State">The state name.</param>
/// <param name="Grain">Whose record.</param>
public sealed record StorageCall(StorageCallKind Kind, string State, GrainId Grain)
{
    /// <summary>Whether the store changes.</summary>
    public bool IsChange => Kind != StorageCallKind.Read;
}

/// <summary>The calls of a store.</summary>
public enum StorageCallKind
{
    Read,
    Write,
    Clear,
}

/// <summary>What happens around one call: each may throw or wait. Null lets the call through.</summary>
/// <param name="Before">Before the store is asked: an exception means that nothing happened.</param>
/// <param name="After">After the store has answered: an exception means that it happened and nobody knows.</param>
public sealed record StorageFault(Func<Task>? Before = null, Func<Task>? After = null)
{
    /// <summary>The call fails and the store is untouched.</summary>
    public static StorageFault FailBefore(Exception? exception = null) => new(Before: () => Task.FromException(exception ?? Failure()));

    /// <summary>The store has done it, and the caller hears that it failed.</summary>
    public static StorageFault FailAfter(Exception? exception = null) => new(After: () => Task.FromException(exception ?? Failure()));

    /// <summary>The call fails, after or before the store has done it.</summary>
    public static StorageFault Fail(bool after) => after ? FailAfter() : FailBefore();

    /// <summary>The call waits for a gate before the store is asked.</summary>
    public static StorageFault Wait(Task gate) => new(Before: () => gate);

    private static IOException Failure() => new("A fault that a test asked for.");
}

/// <summary>The faults of a <see cref="FaultyStorage"/>: every call is shown to a script, which may answer with a fault.</summary>
public sealed class StorageFaults
{
    private volatile Func<StorageCall, StorageFault?>? _script;
    private long _calls;

    /// <summary>Calls so far.</summary>
    public long CallCount => Interlocked.Read(ref _calls);

    /// <summary>Installs a script in place of the one before; it is called for every call, from any thread.</summary>
    public void Script(Func<StorageCall, StorageFault?> script) => _script = script;

    /// <summary>No more faults.</summary>
    public void Clear() => _script = null;

    internal StorageFault? Meet(StorageCall call)
    {
        Interlocked.Increment(ref _calls);
        return _script?.Invoke(call);
    }
}
