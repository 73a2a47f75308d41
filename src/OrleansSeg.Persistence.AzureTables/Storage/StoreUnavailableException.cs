namespace OrleansSeg.Persistence.AzureTables;

/// <summary>The service did not answer in time, was throttling, or failed: nothing was acknowledged.</summary>
/// <remarks>
/// A write may have been carried out all the same. The ETag that the caller holds then no longer fits, so its next write is an
/// <see cref="Orleans.Storage.InconsistentStateException"/> and never a silent overwrite.
/// </remarks>
public sealed class StoreUnavailableException : IOException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="message">What was attempted and how it ended.</param>
    /// <param name="innerException">What Azure's client said.</param>
    public StoreUnavailableException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}
