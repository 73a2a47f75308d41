using System.IO.Compression;

namespace OrleansSeg.Data.Import.Rows;

/// <summary>A file's bytes, unpacked where they are gzip, with a look at the first of them.</summary>
/// <remarks>
/// Gzip data that breaks off is noticed where the process runs with <c>System.IO.Compression.UseStrictValidation</c>, as every program
/// of this solution does; without it, it looks like the end of the file.
/// </remarks>
internal sealed class FileContent : IAsyncDisposable
{
    private const int StartLength = 1 << 14;

    private readonly FileStream _file;

    private FileContent(FileStream file, Stream stream, byte[] start)
    {
        _file = file;
        Stream = stream;
        Start = start;
    }

    /// <summary>The bytes from the first on.</summary>
    public Stream Stream { get; }

    /// <summary>The first bytes.</summary>
    public ReadOnlyMemory<byte> Start { get; }

    /// <summary>Share of the file that was taken, 0 to 1; zero for a pipe.</summary>
    public double Progress => _file.CanSeek && _file.Length > 0 ? Math.Min(1, (double)_file.Position / _file.Length) : 0;

    /// <summary>Opens a file.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static async Task<FileContent> OpenAsync(string path, CancellationToken cancellationToken)
    {
        var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1 << 16, FileOptions.SequentialScan);
        try
        {
            var start = await ReadStartAsync(file, cancellationToken);
            Stream stream = new StartedStream(start, file);
            if (start is [0x1F, 0x8B, ..])
            {
                stream = new GZipStream(stream, CompressionMode.Decompress);
                start = await ReadStartAsync(stream, cancellationToken);
                stream = new StartedStream(start, stream);
            }

            return new FileContent(file, stream, start);
        }
        catch
        {
            await file.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await Stream.DisposeAsync();
        await _file.DisposeAsync();
    }

    private static async Task<byte[]> ReadStartAsync(Stream stream, CancellationToken cancellationToken)
    {
        var start = new byte[StartLength];
        var length = 0;
        try
        {
            for (var read = 1; read > 0 && length < start.Length; length += read)
            {
                read = await stream.ReadAsync(start.AsMemory(length), cancellationToken);
            }
        }
        catch (InvalidDataException)
        {
            // Damaged so early: what there is stands, and reading on will meet the damage again.
        }

        return start[..length];
    }
}
