namespace OrleansSeg.Inference;

/// <summary>No engine can take the request now: no silo runs one, or the one asked is stopping. Try again later.</summary>
[GenerateSerializer, Alias("seg.inference-unavailable")]
public sealed class InferenceUnavailableException : Exception
{
    /// <summary>Makes the exception.</summary>
    /// <param name="message">Why, for people.</param>
    public InferenceUnavailableException(string message)
        : base(message)
    {
    }
}
