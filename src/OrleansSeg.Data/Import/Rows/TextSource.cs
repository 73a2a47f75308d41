using System.Text;

namespace OrleansSeg.Data.Import.Rows;

/// <summary>A file's text, decoded as it is read.</summary>
internal sealed class TextSource(Stream file, Stream content, Encoding encoding) : IAsyncDisposable
{
    private readonly StreamReader _text = new(content, encoding, detectEncodingFromByteOrderMarks: true, bufferSize: 1 << 16);

    /// <summary>Share of the file's bytes that were taken, 0 to 1.</summary>
    public double Progress => file.CanSeek && file.Length > 0 ? Math.Min(1, (double)file.Position / file.Length) : 0;

    /// <summary>Reads some text; zero at the end.</summary>
    /// <exception cref="InvalidDataException">Compressed data breaks off or is damaged.</exception>
    public ValueTask<int> ReadAsync(Memory<char> into, CancellationToken cancellationToken) => _text.ReadAsync(into, cancellationToken);

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        _text.Dispose();
        await content.DisposeAsync();
        await file.DisposeAsync();
    }
}
