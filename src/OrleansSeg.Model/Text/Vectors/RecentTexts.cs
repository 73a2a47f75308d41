using System.Collections.Concurrent;

namespace OrleansSeg.Model.Text.Vectors;

/// <summary>Vectors of texts asked for lately, in memory: a bounded cache of two generations. From any thread.</summary>
/// <remarks>
/// What is asked for moves into the young generation; when that is full the old one is dropped whole and the young one becomes old.
/// Texts that come once, such as messages, so make room again, and no look-up takes a lock.
/// </remarks>
/// <param name="countMax">Most texts of both generations.</param>
internal sealed class RecentTexts(int countMax)
{
    private readonly Lock _gate = new();
    private volatile Generation _young = new();
    private volatile Generation _old = new();

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
            lock (_gate)
            {
                if (_young == young)
                {
                    (_old, _young) = (young, new Generation());
                }
            }
        }
    }

    private sealed class Generation
    {
        // The dictionary's own count takes all its locks.
        public int Count;

        public ConcurrentDictionary<string, ReadOnlyMemory<float>> Vectors { get; } = new(StringComparer.Ordinal);
    }
}
