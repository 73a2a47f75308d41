namespace OrleansSeg.Persistence.Sqlite;

/// <summary>The store could not commit a write: nothing was acknowledged, nothing was kept.</summary>
/// <remarks>A full or failing disk is the usual cause; the inner exception says which.</remarks>
public sealed class StoreUnavailableException : IOException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="message">What was attempted.</param>
    /// <param name="innerException">What SQLite said.</param>
    public StoreUnavailableException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}
