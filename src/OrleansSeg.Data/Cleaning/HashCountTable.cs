namespace OrleansSeg.Data.Cleaning;

/// <summary>A number for each of any number of 128-bit hashes, in bounded memory.</summary>
/// <remarks>
/// The newest entries lie in a table of 20 bytes a slot, at most <c>slotsMax</c> slots. When it is three quarters full they go to a
/// temporary SQLite file, which the operating system forgets when the process ends, however it ends. By default that is 42 MB here, and
/// once there is a file 32 MB of filter and 16 MB of its cache; 1.5 million hashes fit before anything is written.
/// </remarks>
internal sealed class HashCountTable(int slotsMax = 1 << 21) : IDisposable
{
    private ulong[] _high = new ulong[1 << 8];
    private ulong[] _low = new ulong[1 << 8];
    private int[] _values = new int[1 << 8];
    private int _used;
    private SpilledCounts? _spilled;

    /// <summary>Distinct hashes seen.</summary>
    public long Count { get; private set; }

    /// <summary>The value of a hash: zero when it was never added to.</summary>
    public int this[UInt128 hash]
    {
        get
        {
            var (high, low) = Parts(hash);
            var slot = Find(high, low);
            return IsUsed(slot) ? _values[slot] : _spilled is { } spilled && spilled.TryGet(high, low, out var value) ? value : 0;
        }
    }

    /// <summary>Adds to the value of a hash, which stays between zero and <see cref="int.MaxValue"/>.</summary>
    /// <returns>The new value.</returns>
    public int Add(UInt128 hash, int amount)
    {
        var (high, low) = Parts(hash);
        var slot = Find(high, low);
        if (!IsUsed(slot))
        {
            slot = Insert(high, low, slot);
        }

        return _values[slot] = (int)Math.Clamp((long)_values[slot] + amount, 0, int.MaxValue);
    }

    /// <inheritdoc />
    public void Dispose() => _spilled?.Dispose();

    private int Insert(ulong high, ulong low, int slot)
    {
        if ((_used + 1) * 4L > _high.Length * 3L)
        {
            MakeRoom();
            slot = Find(high, low);
        }

        var value = 0;
        var known = _spilled is { } spilled && spilled.TryGet(high, low, out value);
        Count += known ? 0 : 1;
        (_high[slot], _low[slot], _values[slot]) = (high, low, value);
        _used++;
        return slot;
    }

    private void MakeRoom()
    {
        var (high, low, values) = (_high, _low, _values);
        if (high.Length >= slotsMax)
        {
            _spilled ??= new SpilledCounts();
            _spilled.Store(high, low, values);
            Array.Clear(high);
            Array.Clear(low);
            _used = 0;
            return;
        }

        (_high, _low, _values) = (new ulong[high.Length * 2], new ulong[high.Length * 2], new int[high.Length * 2]);
        for (var i = 0; i < high.Length; i++)
        {
            if ((high[i] | low[i]) != 0)
            {
                var slot = Find(high[i], low[i]);
                (_high[slot], _low[slot], _values[slot]) = (high[i], low[i], values[i]);
            }
        }
    }

    private int Find(ulong high, ulong low)
    {
        var mask = _high.Length - 1;
        var slot = (int)(low & (uint)mask);
        while ((_high[slot] != high || _low[slot] != low) && IsUsed(slot))
        {
            slot = (slot + 1) & mask;
        }

        return slot;
    }

    private bool IsUsed(int slot) => (_high[slot] | _low[slot]) != 0;

    /// <summary>The two halves; the one hash that would look like an empty slot is moved to its neighbour.</summary>
    private static (ulong High, ulong Low) Parts(UInt128 hash) => hash == 0 ? (0, 1) : ((ulong)(hash >> 64), (ulong)hash);
}
