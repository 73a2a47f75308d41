using System.Text;

namespace OrleansSeg.Data.Import.Rows;

/// <summary>A file's text, decoded as it is read.</summary>
internal sealed class TextSource(FileContent file, TextEncoding encoding) : IAsyncDisposable
{
    /// <summary>Stands for bytes that are no text: a code point that no text holds.</summary>
    public const char BadBytes = '\uFFFF';

    private readonly StreamReader _text = new(file.Stream, encoding.Decoder, detectEncodingFromByteOrderMarks: false, bufferSize: 1 << 16);

    /// <summary>Share of the file's bytes that were taken, 0 to 1.</summary>
    public double Progress => file.Progress;

    /// <summary>Name of the encoding.</summary>
    public string EncodingName => encoding.Name;

    /// <summary>Byte sequences that were read in another encoding than the rest.</summary>
    public long Repairs => encoding.Repairs;

    /// <summary>Whether bytes that are no text come out as <see cref="BadBytes"/>.</summary>
    public bool MarksBadBytes => encoding.MarksBadBytes;

    /// <summary>Reads some text; zero at the end.</summary>
    /// <exception cref="InvalidDataException">Compressed data breaks off or is damaged.</exception>
    public ValueTask<int> ReadAsync(Memory<char> into, CancellationToken cancellationToken) => _text.ReadAsync(into, cancellationToken);

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        _text.Dispose();
        await file.DisposeAsync();
    }
}
