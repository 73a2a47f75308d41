namespace OrleansSeg.Data.Cleaning;

/// <summary>Ids of rows that bring none: from what they say, and from how often the file has said it before.</summary>
/// <remarks>
/// A second import of the file gives every row the id it had, in whatever order rows stand, so it adds nothing; a genuine repeat
/// has an id of its own. Two files that each hold one of two identical rows cannot be told from one row that both hold.
/// </remarks>
internal sealed class EventIdentity : IDisposable
{
    private readonly ContentHasher _hasher = new();
    private readonly HashCountTable _occurrences = new();

    /// <summary>The id of the first row with this content.</summary>
    public static string FirstId(UInt128 hash) => ContentHasher.ToEventId(hash, 1);

    /// <summary>The id of a later row with this content.</summary>
    public static string Id(UInt128 hash, int occurrence) => ContentHasher.ToEventId(hash, occurrence);

    /// <summary>Hash of what an event says.</summary>
    public UInt128 HashOf(EventDraft draft) => draft.Hash(_hasher);

    /// <summary>Hash of a customer and an item.</summary>
    public UInt128 HashOf(string customerId, string? item)
    {
        _hasher.Reset();
        _hasher.Add(customerId);
        _hasher.Add(item);
        return _hasher.Hash();
    }

    /// <summary>Counts a row with this content; 1 for the first.</summary>
    public int Count(UInt128 hash) => _occurrences.Add(hash, 1);

    /// <inheritdoc />
    public void Dispose() => _occurrences.Dispose();
}
