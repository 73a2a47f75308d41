namespace OrleansSeg.Inference;

/// <summary>The inference queue is full: try again after <see cref="RetryAfter"/>.</summary>
[GenerateSerializer, Alias("seg.inference-overloaded")]
public sealed class InferenceOverloadedException : Exception
{
    /// <summary>Makes the exception.</summary>
    /// <param name="retryAfter">When a place is likely to be free.</param>
    /// <param name="queueLength">Requests waiting at the door.</param>
    public InferenceOverloadedException(TimeSpan retryAfter, int queueLength)
        : base($"The inference queue is full with {queueLength} requests; retry after {retryAfter.TotalMilliseconds:F0} ms.")
    {
        RetryAfter = retryAfter;
        QueueLength = queueLength;
    }

    /// <summary>When a place is likely to be free.</summary>
    [Id(0)]
    public TimeSpan RetryAfter { get; init; }

    /// <summary>Requests waiting when this one came.</summary>
    [Id(1)]
    public int QueueLength { get; init; }
}
