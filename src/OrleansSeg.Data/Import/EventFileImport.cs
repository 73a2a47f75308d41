using System.Runtime.CompilerServices;
using System.Text;
using OrleansSeg.Data.Cleaning;
using OrleansSeg.Data.Import.Mapping;
using OrleansSeg.Data.Import.Rows;
using OrleansSeg.Events;

namespace OrleansSeg.Data.Import;

/// <summary>A shop's file, read once, row by row, as events of customers.</summary>
/// <remarks>Memory does not grow with the file. A bad row is counted, and reading goes on behind it.</remarks>
public sealed class EventFileImport : IAsyncDisposable
{
    private readonly RowReader _rows;
    private readonly QualityRecorder _quality = new();
    private readonly RowTranslator _translator;
    private bool _started;

    private EventFileImport(RowReader rows, EventMapping mapping, ImportOptions options, DateTimeOffset now)
    {
        _rows = rows;
        var zone = options.TimeZone ?? mapping.TimeZone;
        var time = new TimeFormat(mapping.Time!.Formats, zone is null ? TimeZoneInfo.Utc : TimeZoneInfo.FindSystemTimeZoneById(zone));
        _translator = new RowTranslator(mapping, rows, _quality, time, options.Site, now);
    }

    /// <summary>Names of the layouts that ship with the program.</summary>
    public static IReadOnlyList<string> LayoutNames => MappingReader.LayoutNames;

    /// <summary>Share of the file behind us, 0 to 1.</summary>
    public double Progress => _rows.Progress;

    /// <summary>The report so far; read it on the thread that reads the events, or after the last.</summary>
    public DataQualityReport Report => _quality.Snapshot();

    /// <summary>Opens a file and checks that its columns are what the layout needs.</summary>
    /// <param name="path">The file.</param>
    /// <param name="options">How to read it.</param>
    /// <param name="time">Tells which event times lie in the future.</param>
    /// <param name="cancellationToken">Stops opening.</param>
    /// <exception cref="ImportUsageException">Unknown layout, format or column; the message says what was expected and what was found.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static async Task<EventFileImport> OpenAsync(string path, ImportOptions options, TimeProvider time, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(time);
        var mapping = options.MappingFile is { } file
            ? await MappingReader.FileAsync(file, cancellationToken)
            : MappingReader.Layout(options.Layout ?? "online-retail");
        var stream = File.OpenRead(path);
        var rows = await DelimitedRowReader.OpenAsync(new TextSource(stream, stream, Encoding.UTF8), null, cancellationToken);
        try
        {
            if (ColumnBinding.FindMissing(mapping, rows.Columns) is { Count: > 0 } missing)
            {
                throw new ImportUsageException(
                    $"{Path.GetFileName(path)} lacks columns that {mapping.Name} needs: {string.Join(", ", missing)}. Found: {string.Join(", ", rows.Columns)}.");
            }

            return new EventFileImport(rows, mapping, options, time.GetUtcNow());
        }
        catch
        {
            await rows.DisposeAsync();
            throw;
        }
    }

    /// <summary>The events, in the file's order. Once only.</summary>
    /// <exception cref="InvalidOperationException">The file has been read already.</exception>
    public async IAsyncEnumerable<CustomerEvent> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        if (_started)
        {
            throw new InvalidOperationException("A file is read once: open it again.");
        }

        _started = true;
        while (await _rows.ReadAsync(cancellationToken))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (_rows.Fault is { } fault)
            {
                _quality.Reject(_rows.RowNumber, fault, _rows.RowSpan);
            }
            else if (_translator.Translate() is { } e)
            {
                yield return e;
            }
        }
    }

    /// <inheritdoc />
    public ValueTask DisposeAsync() => _rows.DisposeAsync();
}
