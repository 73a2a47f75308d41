using Microsoft.Extensions.Logging;

namespace OrleansSeg.Silo.Hosting;

/// <summary>Ends the process at once when its silo may not go on, above all when the others have put it out of the cluster.</summary>
/// <remarks>
/// Nothing is flushed or deactivated: its grains live elsewhere by now, and what was acknowledged is durable. Orleans' own handler aborts
/// the process, which leaves a stack trace where operators look for a reason, and on many machines a core dump.
/// </remarks>
internal sealed partial class FatalErrors(ILogger<FatalErrors> logger) : IFatalErrorHandler
{
    private const int Failed = 1;
    private static readonly TimeSpan ExitMax = TimeSpan.FromSeconds(5);

    /// <inheritdoc />
    public bool IsUnexpected(Exception exception) => exception is not OperationCanceledException;

    /// <inheritdoc />
    public void OnFatalException(object? sender, string? context, Exception? exception)
    {
        LogFatal(context, exception);

        // Loggers write in the background, and this process has no later.
        Console.Error.WriteLine($"The silo ends: {context ?? exception?.Message}");
        var abort = new Thread(() =>
        {
            new ManualResetEventSlim().Wait(ExitMax);
            Environment.FailFast(context);
        }) { IsBackground = true };
        abort.Start();
        Environment.Exit(Failed);
    }

    [LoggerMessage(Level = LogLevel.Critical, Message = "The silo ends: {Context}")]
    private partial void LogFatal(string? context, Exception? exception);
}
