using OrleansSeg.Model.Sequences;

namespace OrleansSeg.Model.Training;

/// <summary>At most so many examples of a stream of any length; which ones hangs on the seed and on who they are, not on the order.</summary>
/// <remarks>The examples with the smallest hashes are kept.</remarks>
/// <param name="countMax">Most examples, at least 1.</param>
/// <param name="seed">Seed of the draw.</param>
internal sealed class ExampleSample(int countMax, int seed)
{
    private readonly PriorityQueue<AsOfExample, ulong> _kept = new(Comparer<ulong>.Create((x, y) => y.CompareTo(x)));

    /// <summary>Examples offered so far, kept or not.</summary>
    public long Offered { get; private set; }

    /// <summary>Whether an example would be kept at present: asked before it is made.</summary>
    public bool Wants(string customerId, DateTimeOffset cutoff) =>
        _kept.Count < countMax || (_kept.TryPeek(out _, out var largest) && HashOf(customerId, cutoff) < largest);

    /// <summary>Counts an example that was not made because nobody wants it.</summary>
    public void Skip() => Offered++;

    /// <summary>Takes an example in, or leaves it.</summary>
    public void Add(AsOfExample example)
    {
        Offered++;
        var hash = HashOf(example.CustomerId, example.Cutoff);
        if (_kept.Count < countMax)
        {
            _kept.Enqueue(example, hash);
        }
        else
        {
            _kept.EnqueueDequeue(example, hash);
        }
    }

    /// <summary>The examples by cutoff and customer, whatever order they came in.</summary>
    public IReadOnlyList<AsOfExample> ToList() =>
        [.. _kept.UnorderedItems.Select(item => item.Element).OrderBy(example => example.Cutoff).ThenBy(example => example.CustomerId, StringComparer.Ordinal)];

    private ulong HashOf(string customerId, DateTimeOffset cutoff) => StableHash.Of(customerId, cutoff.UtcTicks ^ ((long)seed << 1));
}
