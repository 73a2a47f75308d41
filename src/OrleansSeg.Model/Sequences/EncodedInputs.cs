namespace OrleansSeg.Model.Sequences;

/// <summary>Inputs encoded ahead of their forward pass, in parts of about one length each.</summary>
public sealed class EncodedInputs : IDisposable
{
    internal EncodedInputs(int count, IReadOnlyList<EncodedPart> parts) => (Count, Parts) = (count, parts);

    /// <summary>Inputs.</summary>
    public int Count { get; }

    internal IReadOnlyList<EncodedPart> Parts { get; }

    /// <inheritdoc />
    public void Dispose()
    {
        foreach (var part in Parts)
        {
            part.Dispose();
        }
    }
}

/// <summary>Some of the inputs as tensors.</summary>
/// <param name="Rows">(B) position of each row of the batch among the inputs.</param>
/// <param name="Batch">The tensors.</param>
internal sealed record EncodedPart(int[] Rows, EncodedBatch Batch) : IDisposable
{
    /// <inheritdoc />
    public void Dispose() => Batch.Dispose();
}
