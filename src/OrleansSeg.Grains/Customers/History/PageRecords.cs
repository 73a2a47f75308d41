namespace OrleansSeg.Customers.History;

/// <summary>A sealed page: a record of its own beside the customer's state, never changed once it is referred to.</summary>
[GenerateSerializer, Immutable, Alias("seg.page-record")]
internal sealed record PageRecord
{
    /// <summary>The customer's erase epoch when the page was sealed: a page of another epoch is a left-over.</summary>
    [Id(0)] public int Epoch { get; init; }

    /// <summary>The events, as <see cref="EventBlock.Data"/>.</summary>
    [Id(1)] public byte[] Data { get; init; } = [];
}

/// <summary>What the customer's state says of one sealed page.</summary>
[GenerateSerializer, Immutable, Alias("seg.page-entry")]
internal readonly record struct PageEntry(
    [property: Id(0)] int Number, [property: Id(1)] long MinTicks, [property: Id(2)] long MaxTicks, [property: Id(3)] int Count)
{
    /// <summary>The entry of a page.</summary>
    public static PageEntry Of(int number, EventBlock page) => new(number, page.MinTicks, page.MaxTicks, page.Count);
}

/// <summary>What the customer's state says of a run of pages whose entries moved into a record of their own.</summary>
[GenerateSerializer, Immutable, Alias("seg.directory-entry")]
internal readonly record struct DirectoryEntry(
    [property: Id(0)] int Number,
    [property: Id(1)] long MinTicks,
    [property: Id(2)] long MaxTicks,
    [property: Id(3)] long Count,
    [property: Id(4)] int PageCount)
{
    /// <summary>The entry of a run of pages.</summary>
    public static DirectoryEntry Of(int number, PageEntry[] pages) =>
        new(number, pages.Min(p => p.MinTicks), pages.Max(p => p.MaxTicks), pages.Sum(p => (long)p.Count), pages.Length);
}

/// <summary>The entries of a run of pages, with the id hashes of their events.</summary>
[GenerateSerializer, Immutable, Alias("seg.directory-record")]
internal sealed record DirectoryRecord
{
    /// <summary>The customer's erase epoch when the record was written.</summary>
    [Id(0)] public int Epoch { get; init; }

    /// <summary>The pages.</summary>
    [Id(1)] public PageEntry[] Pages { get; init; } = [];

    /// <summary>Id hashes, sorted within each page, page after page.</summary>
    [Id(2)] public uint[] IdHashes { get; init; } = [];
}
