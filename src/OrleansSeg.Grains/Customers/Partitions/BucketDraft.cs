using OrleansSeg.Customers.Storage;

namespace OrleansSeg.Customers.Partitions;

/// <summary>The next version of a bucket while changes are applied to it.</summary>
internal sealed class BucketDraft(BucketState state)
{
    private readonly SortedDictionary<string, IndexEntry> _entries =
        new(state.Entries.ToDictionary(e => e.Customer, StringComparer.Ordinal), StringComparer.Ordinal);

    /// <summary>Whether anything differs from the durable version.</summary>
    public bool IsChanged { get; private set; }

    /// <summary>The entry of a customer, or null.</summary>
    public IndexEntry? Find(string customer) => _entries.GetValueOrDefault(customer);

    /// <summary>Sets an entry.</summary>
    public void Set(IndexEntry entry)
    {
        _entries[entry.Customer] = entry;
        IsChanged = true;
    }

    /// <summary>Removes an entry.</summary>
    public void Remove(string customer) => IsChanged |= _entries.Remove(customer);

    /// <summary>Removes every entry from a key on.</summary>
    public void RemoveFrom(string key)
    {
        foreach (var customer in _entries.Keys.Where(k => string.CompareOrdinal(k, key) >= 0).ToList())
        {
            Remove(customer);
        }
    }

    /// <summary>The next version.</summary>
    public BucketState Build() => new() { Entries = [.. _entries.Values] };
}

/// <summary>A change to one bucket.</summary>
internal sealed class BucketChange(Action<BucketDraft> change) : PendingChange<BucketDraft>
{
    /// <inheritdoc />
    public override ValueTask<bool> ApplyAsync(BucketDraft draft)
    {
        change(draft);
        return ValueTask.FromResult(true);
    }
}
