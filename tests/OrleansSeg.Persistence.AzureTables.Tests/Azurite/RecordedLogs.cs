using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace OrleansSeg.Persistence.AzureTables.Tests;

/// <summary>Keeps every line that is logged, exceptions included.</summary>
internal sealed class RecordedLogs : ILoggerProvider, ILogger
{
    private readonly ConcurrentQueue<(LogLevel Level, string Text)> _lines = [];
    private readonly SemaphoreSlim _added = new(0);

    public IReadOnlyList<(LogLevel Level, string Text)> Lines => [.. _lines];

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        Add(logLevel, $"{formatter(state, exception)} {exception}");

    /// <summary>Ends when so many lines were logged.</summary>
    public async Task LinesAsync(int count)
    {
        while (_lines.Count < count)
        {
            await _added.WaitAsync();
        }
    }

    public void Dispose() => _added.Dispose();

    private void Add(LogLevel level, string text)
    {
        _lines.Enqueue((level, text));
        _added.Release();
    }
}
