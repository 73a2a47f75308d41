namespace OrleansSeg.Model.Inference;

/// <summary>Something that is disposed when nobody uses it any more. Safe from any thread; whoever makes it is its first user.</summary>
/// <param name="value">What is used.</param>
public sealed class Counted<T>(T value)
    where T : IDisposable
{
    private int _users = 1;

    /// <summary>What is used; only while one is a user.</summary>
    public T Value => value;

    /// <summary>Becomes a user; false when the last one has gone.</summary>
    public bool TryAdd()
    {
        for (var seen = Volatile.Read(ref _users); seen > 0; seen = Volatile.Read(ref _users))
        {
            if (Interlocked.CompareExchange(ref _users, seen + 1, seen) == seen)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Is a user no more.</summary>
    public void Release()
    {
        if (Interlocked.Decrement(ref _users) == 0)
        {
            value.Dispose();
        }
    }
}
