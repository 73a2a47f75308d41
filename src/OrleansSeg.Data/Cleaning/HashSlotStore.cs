namespace OrleansSeg.Data.Cleaning;

/// <summary>2^<see cref="Bits"/> slots, and some more behind them so that no search wraps around. An entry lies at its home or in the slots that follow without a gap.</summary>
internal abstract class HashSlotStore(int bits) : IDisposable
{
    /// <summary>Slots behind the last home.</summary>
    protected const int Overhang = 1 << 12;

    /// <summary>Logarithm of the number of homes.</summary>
    public int Bits { get; } = bits;

    /// <summary>Slots there are.</summary>
    public long Length => (1L << Bits) + Overhang;

    /// <summary>Finds an entry by its hash, or the empty slot where it would be.</summary>
    /// <exception cref="InvalidOperationException">There is neither.</exception>
    public abstract long Find(HashSlot wanted, out HashSlot found);

    /// <summary>Writes a slot.</summary>
    public abstract void Write(long at, HashSlot slot);

    /// <summary>Entries with their places, in order.</summary>
    public abstract IEnumerable<(long At, HashSlot Slot)> Entries();

    /// <inheritdoc />
    public abstract void Dispose();

    /// <summary>Places of the same entries in another table, in order, so that it can be written from front to back.</summary>
    /// <param name="bits">Logarithm of the other table's homes, at least <see cref="Bits"/>.</param>
    protected IEnumerable<(long At, HashSlot Slot)> EntriesFor(int bits)
    {
        // Homes are in order from one gapless run to the next; inside a run they are not, so runs are sorted.
        var run = new List<(long Home, HashSlot Slot)>();
        var (free, last) = (0L, -2L);
        foreach (var (at, slot) in Entries().Append((long.MaxValue, default)))
        {
            if (at != last + 1)
            {
                run.Sort((a, b) => a.Home.CompareTo(b.Home));
                foreach (var (home, entry) in run)
                {
                    free = Math.Max(free, home) + 1;
                    yield return (free - 1, entry);
                }

                run.Clear();
            }

            run.Add((slot.Home(bits), slot));
            last = at;
        }
    }

    /// <summary>Neither the entry nor an empty slot.</summary>
    protected static InvalidOperationException Full() => new("A table of hashes has no empty slot left where one is needed. This is a bug.");
}
