namespace OrleansSeg.Persistence.AzureTables;

/// <summary>The service understood and refused, and trying again does not help.</summary>
/// <remarks>Wrong credentials, a missing permission or table, a name or value that the service forbids.</remarks>
public sealed class StoreRefusedException : Exception
{
    /// <summary>Makes the exception.</summary>
    /// <param name="message">What was attempted, and the setting to look at.</param>
    /// <param name="innerException">What Azure's client said.</param>
    public StoreRefusedException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}
