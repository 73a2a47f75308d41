namespace OrleansSeg.Data.Cleaning;

/// <summary>Slots in memory.</summary>
internal sealed class MemorySlots : HashSlotStore
{
    private readonly HashSlot[] _slots;

    public MemorySlots(int bits)
        : base(bits) => _slots = new HashSlot[Length];

    /// <summary>The same entries in twice the slots.</summary>
    public MemorySlots Grow()
    {
        var larger = new MemorySlots(Bits + 1);
        foreach (var (at, slot) in EntriesFor(Bits + 1))
        {
            larger._slots[at] = slot;
        }

        return larger;
    }

    /// <summary>The same entries in twice the slots, in a file.</summary>
    public FileSlots Spill() => new(Bits + 1, EntriesFor(Bits + 1));

    /// <inheritdoc />
    public override long Find(HashSlot wanted, out HashSlot found)
    {
        for (var at = wanted.Home(Bits); at < _slots.Length; at++)
        {
            found = _slots[at];
            if (found.IsEmpty || found.HasHashOf(wanted))
            {
                return at;
            }
        }

        throw Full();
    }

    /// <inheritdoc />
    public override void Write(long at, HashSlot slot) => _slots[at] = slot;

    /// <inheritdoc />
    public override IEnumerable<(long At, HashSlot Slot)> Entries()
    {
        for (var at = 0; at < _slots.Length; at++)
        {
            if (!_slots[at].IsEmpty)
            {
                yield return (at, _slots[at]);
            }
        }
    }

    /// <inheritdoc />
    public override void Dispose()
    {
    }
}
