namespace OrleansSeg.Cli;

/// <summary>How a verb ended.</summary>
internal static class ExitCodes
{
    /// <summary>Done.</summary>
    public const int Done = 0;

    /// <summary>Failed.</summary>
    public const int Failed = 1;

    /// <summary>Wrong usage or bad input.</summary>
    public const int Usage = 2;

    /// <summary>Finished, with malformed rows rejected.</summary>
    public const int RowsRejected = 3;
}

/// <summary>The command line or the input is wrong; the message says what was expected and what was found.</summary>
internal sealed class UsageException(string message) : Exception(message);

/// <summary>The work could not be done; the message is for people.</summary>
internal sealed class VerbFailedException(string message) : Exception(message);
