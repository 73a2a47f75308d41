using System.Collections.Concurrent;

namespace OrleansSeg.Model.Text.Vectors;

/// <summary>Vectors of texts asked for lately, in memory: a bounded cache of two generations. From any thread.</summary>
/// <remarks>
/// What is asked for moves into the young generation; when that is full, or half the time is over, the old one is dropped whole and the
/// young one becomes old. Texts that come once, such as messages, so make room again, what an erased customer wrote does not stay, and no
/// look-up takes a lock.
/// </remarks>
/// <param name="countMax">Most texts of both generations.</param>
/// <param name="time">Measures how long nobody asked; null for the machine's.</param>
internal sealed class RecentTexts(int countMax, TimeProvider? time = null)
{
    /// <summary>Longest time for which a text stays that nobody asks for, while others are asked for.</summary>
    public static readonly TimeSpan KeptMax = TimeSpan.FromHours(1);

    private readonly Lock _gate = new();
    private readonly TimeProvider _time = time ?? TimeProvider.System;
    private volatile Generation _young = new((time ?? TimeProvider.System).GetTimestamp());
    private volatile Generation _old = new(0);

    /// <summary>Finds the vector of a text.</summary>
    public bool TryFind(string text, out ReadOnlyMemory<float> vector)
    {
        if (_young.Vectors.TryGetValue(text, out vector))
        {
            return true;
        }

        if (!_old.Vectors.TryGetValue(text, out vector))
        {
            return false;
        }

        Add(text, vector);
        return true;
    }

    /// <summary>Remembers the vector of a text.</summary>
    public void Add(string text, ReadOnlyMemory<float> vector)
    {
        var young = _young;
        if (young.Vectors.TryAdd(text, vector) && Interlocked.Increment(ref young.Count) >= countMax / 2)
        {
            Turn(young);
        }
    }

    /// <summary>Drops what nobody has asked for; whoever asks for many texts calls it first, since a look-up reads no clock.</summary>
    public void DropOld()
    {
        var young = _young;
        if (_time.GetElapsedTime(young.BornAt) >= KeptMax / 2)
        {
            Turn(young);
        }
    }

    private void Turn(Generation young)
    {
        lock (_gate)
        {
            if (_young == young)
            {
                (_old, _young) = (young, new Generation(_time.GetTimestamp()));
            }
        }
    }

    private sealed class Generation(long bornAt)
    {
        public long BornAt => bornAt;

        // The dictionary's own count takes all its locks.
        public int Count;

        public ConcurrentDictionary<string, ReadOnlyMemory<float>> Vectors { get; } = new(StringComparer.Ordinal);
    }
}
