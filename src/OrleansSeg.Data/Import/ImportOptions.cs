namespace OrleansSeg.Data.Import;

/// <summary>How a file is to be read. Everything may be left out; then the file and its layout decide.</summary>
public sealed record ImportOptions
{
    /// <summary>A named layout, one of <see cref="EventFileImport.LayoutNames"/>; null means: the one whose columns the file has.</summary>
    public string? Layout { get; init; }

    /// <summary>Path of a mapping file, in place of a layout.</summary>
    public string? MappingFile { get; init; }

    /// <summary><c>csv</c>, <c>tsv</c>, <c>jsonl</c>, <c>parquet</c> or <c>whitespace</c>; null means: by extension, else the layout's.</summary>
    public string? Format { get; init; }

    /// <summary>Name of the text encoding, such as <c>utf-8</c> or <c>windows-1252</c>. Null means: by byte order mark, else detected.</summary>
    public string? Encoding { get; init; }

    /// <summary>Column separator: one character or <c>tab</c>; null means: found in the header.</summary>
    public string? Delimiter { get; init; }

    /// <summary>Zone of times that name none, such as <c>Europe/London</c>; null means: the layout's, else UTC.</summary>
    public string? TimeZone { get; init; }

    /// <summary>Whether a row that repeats an earlier row in every column is dropped; null means: the layout's policy.</summary>
    public bool? DropExactDuplicates { get; init; }

    /// <summary>The site's currency, ISO 4217; rows in another one are rejected. Null means: every currency is kept as it is.</summary>
    public string? SiteCurrency { get; init; }

    /// <summary>The site that the customers belong to: bounds on customer ids include it.</summary>
    public string Site { get; init; } = "default";
}
