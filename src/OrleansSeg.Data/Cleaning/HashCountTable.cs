namespace OrleansSeg.Data.Cleaning;

/// <summary>A number for each of any number of 128-bit hashes, in bounded memory.</summary>
/// <remarks>
/// Up to 2^<c>memoryBits</c> slots of 20 bytes lie in memory and are at most two thirds full: by default 42 MB for 1.4 million hashes.
/// Beyond that everything is in a mapped temporary file of 30 to 60 bytes a hash, and memory of our own no longer grows.
/// </remarks>
internal sealed class HashCountTable(int memoryBits = 21) : IDisposable
{
    private HashSlotStore _slots = new MemorySlots(Math.Min(8, memoryBits));

    /// <summary>Distinct hashes seen.</summary>
    public long Count { get; private set; }

    /// <summary>The value of a hash: zero when it was never added.</summary>
    public int this[UInt128 hash]
    {
        get
        {
            _slots.Find(HashSlot.Of(hash), out var found);
            return found.Value;
        }
    }

    /// <summary>Adds to the value of a hash, which stays between zero and <see cref="int.MaxValue"/>.</summary>
    /// <returns>The new value.</returns>
    public int Add(UInt128 hash, int amount)
    {
        var at = _slots.Find(HashSlot.Of(hash), out var found);
        var value = (int)Math.Clamp((long)found.Value + amount, 0, int.MaxValue);
        Put(at, HashSlot.Of(hash, value), isNew: found.IsEmpty);
        return value;
    }

    /// <summary>Adds a hash with the value one; false when it is there already.</summary>
    public bool TryAdd(UInt128 hash)
    {
        var at = _slots.Find(HashSlot.Of(hash), out var found);
        if (found.IsEmpty)
        {
            Put(at, HashSlot.Of(hash, 1), isNew: true);
        }

        return found.IsEmpty;
    }

    /// <inheritdoc />
    public void Dispose() => _slots.Dispose();

    private void Put(long at, HashSlot slot, bool isNew)
    {
        _slots.Write(at, slot);
        Count += isNew ? 1 : 0;
        if (isNew && Count * 3 >= 2L << _slots.Bits)
        {
            Grow();
        }
    }

    private void Grow()
    {
        var smaller = _slots;
        _slots = smaller switch
        {
            MemorySlots memory when memory.Bits < memoryBits => memory.Grow(),
            MemorySlots memory => memory.Spill(),
            _ => ((FileSlots)smaller).Grow(),
        };
        smaller.Dispose();
    }
}
