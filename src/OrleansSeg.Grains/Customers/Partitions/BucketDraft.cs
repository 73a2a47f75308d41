using OrleansSeg.Customers.Storage;

namespace OrleansSeg.Customers.Partitions;

/// <summary>The next version of a bucket while changes are applied to it.</summary>
internal sealed class BucketDraft(BucketState state)
{
    private readonly SortedDictionary<string, IndexEntry?> _changed = new(StringComparer.Ordinal);

    /// <summary>Whether anything differs from the durable version.</summary>
    public bool IsChanged => _changed.Count > 0;

    /// <summary>The entry of a customer, or null.</summary>
    public IndexEntry? Find(string customer) => _changed.TryGetValue(customer, out var changed) ? changed : state.Find(customer);

    /// <summary>Sets an entry.</summary>
    public void Set(IndexEntry entry) => _changed[entry.Customer] = entry;

    /// <summary>Removes an entry.</summary>
    public void Remove(string customer)
    {
        if (Find(customer) is not null)
        {
            _changed[customer] = null;
        }
    }

    /// <summary>The entries of the next version below a key, in order; null for all.</summary>
    public IndexEntry[] Build(string? end)
    {
        var entries = new List<IndexEntry>(state.Entries.Length + _changed.Count);
        var position = 0;
        foreach (var (customer, changed) in _changed)
        {
            for (; position < state.Entries.Length && string.CompareOrdinal(state.Entries[position].Customer, customer) is <= 0 and var order; position++)
            {
                if (order < 0)
                {
                    entries.Add(state.Entries[position]);
                }
            }

            if (changed is not null)
            {
                entries.Add(changed);
            }
        }

        entries.AddRange(state.Entries.AsSpan(position));
        return [.. end is null ? entries : entries.TakeWhile(entry => string.CompareOrdinal(entry.Customer, end) < 0)];
    }
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
