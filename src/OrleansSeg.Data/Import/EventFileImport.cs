using System.Runtime.CompilerServices;
using OrleansSeg.Data.Cleaning;
using OrleansSeg.Data.Import.Mapping;
using OrleansSeg.Data.Import.Rows;
using OrleansSeg.Events;

namespace OrleansSeg.Data.Import;

/// <summary>A shop's file, read once, row by row, as events of customers.</summary>
/// <remarks>
/// Memory does not grow with a text file; with Parquet it is bounded by the largest row group. A bad row is counted, and reading goes on
/// behind it. Facts are kept as they are: nothing is imputed, winsorized or converted here.
/// </remarks>
public sealed class EventFileImport : IAsyncDisposable
{
    private readonly OpenedFile _file;
    private readonly TimeZoneInfo _zone;
    private readonly QualityRecorder _quality = new();
    private readonly RowTranslator _translator;
    private bool _started;

    private EventFileImport(OpenedFile file, ImportOptions options, TimeZoneInfo zone, DateTimeOffset now)
    {
        _file = file;
        _zone = zone;
        _translator = new RowTranslator(file.Mapping, file.Rows, _quality, options, zone, now);
    }

    /// <summary>Names of the layouts that ship with the program.</summary>
    public static IReadOnlyList<string> LayoutNames => MappingReader.LayoutNames;

    /// <summary>Share of the file behind us, 0 to 1; 0 throughout for a pipe.</summary>
    public double Progress => _file.Rows.Progress;

    /// <summary>The report so far; it may be asked for from any thread, and costs a copy.</summary>
    public DataQualityReport Report =>
        _quality.Snapshot(new FileFacts(_file.Mapping.Name, _file.Format, _file.Text?.EncodingName, _file.Text?.Repairs ?? 0, _zone.Id));

    /// <summary>Opens a file and checks that its columns are what the layout needs.</summary>
    /// <param name="path">The file.</param>
    /// <param name="options">How to read it.</param>
    /// <param name="time">Tells which event times lie in the future.</param>
    /// <param name="cancellationToken">Stops opening.</param>
    /// <exception cref="ImportUsageException">
    /// Unknown layout, format, column, encoding or zone, or a file that is empty or no file of its format; the message says what was
    /// expected and what was found.
    /// </exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static async Task<EventFileImport> OpenAsync(string path, ImportOptions options, TimeProvider time, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(time);
        var file = await OpenedFile.OpenAsync(path, options, cancellationToken);
        try
        {
            return new EventFileImport(file, options, Zone(options.TimeZone ?? file.Mapping.TimeZone), time.GetUtcNow());
        }
        catch
        {
            await file.Rows.DisposeAsync();
            throw;
        }
    }

    /// <summary>The events, in the file's order. Once only.</summary>
    /// <exception cref="InvalidOperationException">The file has been read already.</exception>
    /// <exception cref="IOException">The file can no longer be read.</exception>
    public async IAsyncEnumerable<CustomerEvent> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        if (_started)
        {
            throw new InvalidOperationException("A file is read once: open it again.");
        }

        _started = true;
        while (await _file.Rows.ReadAsync(cancellationToken))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (_file.Rows.Fault is { } fault)
            {
                _quality.Reject(_file.Rows.RowNumber, fault, _file.Rows.RowSpan);
            }
            else if (_translator.Translate() is { } e)
            {
                yield return e;
            }
        }
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _file.Rows.DisposeAsync();
        _translator.Dispose();
        _quality.Dispose();
    }

    private static TimeZoneInfo Zone(string? name)
    {
        try
        {
            return name is null ? TimeZoneInfo.Utc : TimeZoneInfo.FindSystemTimeZoneById(name);
        }
        catch (Exception problem) when (problem is TimeZoneNotFoundException or InvalidTimeZoneException or ArgumentException)
        {
            throw new ImportUsageException(
                $"There is no time zone '{name}' on this machine: a name such as Europe/London or UTC was expected (the zones come with the package tzdata).", problem);
        }
    }
}
