namespace OrleansSeg.Model.Bundles;

/// <summary>A bundle is not what its hashes say: it is never loaded.</summary>
public sealed class BundleCorruptException : Exception
{
    /// <summary>Makes the exception.</summary>
    /// <param name="message">Which file, what was expected, what was found.</param>
    /// <param name="innerException">What reading it said, or null.</param>
    public BundleCorruptException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
