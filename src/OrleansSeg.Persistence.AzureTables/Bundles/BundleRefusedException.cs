namespace OrleansSeg.Persistence.AzureTables;

/// <summary>A bundle is absent, incomplete, or not what its hashes say: nothing of it was kept or published.</summary>
public sealed class BundleRefusedException : Exception
{
    /// <summary>Makes the exception.</summary>
    /// <param name="message">Which file, what was expected, what was found.</param>
    /// <param name="innerException">What reading it said, or null.</param>
    public BundleRefusedException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
