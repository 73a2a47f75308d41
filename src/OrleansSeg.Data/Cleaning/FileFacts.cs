namespace OrleansSeg.Data.Cleaning;

/// <summary>What a file turned out to be.</summary>
/// <param name="Layout">Layout or mapping file.</param>
/// <param name="Format">File format.</param>
/// <param name="Encoding">Text encoding; null for Parquet.</param>
/// <param name="EncodingRepairs">Byte sequences that were no UTF-8 and were read as Windows-1252.</param>
/// <param name="TimeZone">Zone of times that name none.</param>
internal sealed record FileFacts(string Layout, string Format, string? Encoding, long EncodingRepairs, string TimeZone);
