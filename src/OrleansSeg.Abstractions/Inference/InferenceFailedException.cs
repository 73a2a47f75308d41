namespace OrleansSeg.Inference;

/// <summary>The model failed on the batch that held this request; the engine goes on, and another try may succeed.</summary>
[GenerateSerializer, Alias("seg.inference-failed")]
public sealed class InferenceFailedException : Exception
{
    /// <summary>Makes the exception.</summary>
    /// <param name="site">Whose model failed.</param>
    /// <param name="modelVersion">The version that failed.</param>
    /// <param name="cause">What the model threw.</param>
    public InferenceFailedException(string site, int modelVersion, Exception? cause)
        : base($"Model version {modelVersion} of site '{site}' failed on a batch: {cause?.Message}", cause)
    {
        Site = site;
        ModelVersion = modelVersion;
    }

    /// <summary>Whose model failed.</summary>
    [Id(0)]
    public string Site { get; init; }

    /// <summary>The version that failed.</summary>
    [Id(1)]
    public int ModelVersion { get; init; }
}
