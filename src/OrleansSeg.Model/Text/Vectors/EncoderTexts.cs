using OrleansSeg.Model.Bundles;

namespace OrleansSeg.Model.Text.Vectors;

/// <summary>Reads texts with a text encoder of any size and a projection of its vectors. E width of the encoder, X of the vectors.</summary>
/// <remarks>
/// The encoder is a bundle of its own that models share; this model's bundle names it by its hash and keeps the projection and the
/// vectors of common texts. Those are of this encoder and this projection, and go when either changes, as they go with the bundle.
/// </remarks>
internal sealed class EncoderTexts : IModelTexts
{
    /// <summary>Most texts whose vectors are in memory beside those that the bundle keeps.</summary>
    public const int RecentMax = 200_000;

    private const string HashesFile = "texts.sha256-128";
    private const string MeanTensor = "text.mean";
    private const string AxesTensor = "text.axes";
    private const string KnownTensor = "text.known";

    private readonly RecentTexts _recent = new(RecentMax);
    private readonly SharedTextEncoder _encoder;
    private readonly TextProjection _projection;
    private readonly KnownTexts _known;

    /// <summary>Makes it; disposes the encoder's share when it is disposed.</summary>
    public EncoderTexts(SharedTextEncoder encoder, TextProjection projection, KnownTexts known) =>
        (_encoder, _projection, _known) = (encoder, projection, known);

    /// <inheritdoc />
    public int Dimension => _projection.Width;

    /// <inheritdoc />
    public long ParameterCount => _projection.Axes.Length + _projection.Mean.Length;

    /// <inheritdoc />
    public string? EncoderHash => _encoder.Hash;

    /// <summary>Loads what <see cref="Save"/> wrote and takes its tensors out.</summary>
    /// <param name="encoder">The encoder that the bundle names.</param>
    /// <param name="width">Width that the network reads (X).</param>
    /// <param name="files">The bundle's files.</param>
    /// <param name="tensors">The bundle's tensors.</param>
    /// <exception cref="InvalidDataException">A part is missing, or is of another width.</exception>
    public static EncoderTexts Load(
        SharedTextEncoder encoder, int width, IReadOnlyDictionary<string, byte[]> files, IDictionary<string, StoredTensor> tensors)
    {
        var dimension = encoder.Encoder.Dimension;
        var mean = Take(tensors, MeanTensor, [dimension]);
        var axes = Take(tensors, AxesTensor, [width, dimension]);
        if (!files.TryGetValue(HashesFile, out var hashes))
        {
            throw new InvalidDataException($"{HashesFile} is missing.");
        }

        var vectors = Take(tensors, KnownTensor, [hashes.Length / ContentHash.ByteCount, width]);
        return new EncoderTexts(encoder, new TextProjection(mean, axes), KnownTexts.Read(hashes, vectors, width));
    }

    /// <inheritdoc />
    public ReadOnlySpan<float> Encode(string text)
    {
        if (!TryFind(text, out var vector))
        {
            vector = Compute([text])[0];
        }

        return vector.Span;
    }

    /// <inheritdoc />
    public void Prepare(IEnumerable<string> texts)
    {
        ArgumentNullException.ThrowIfNull(texts);
        _recent.DropOld();
        SortedSet<string>? unknown = null;
        foreach (var text in texts)
        {
            if (!TryFind(text, out _))
            {
                (unknown ??= new SortedSet<string>(StringComparer.Ordinal)).Add(text);
            }
        }

        if (unknown is not null)
        {
            Compute([.. unknown]);
        }
    }

    /// <summary>Takes over vectors of the encoder that were computed already.</summary>
    public void Remember(IEnumerable<(string Text, float[] Vector)> vectors)
    {
        foreach (var (text, vector) in vectors)
        {
            _recent.Add(text, _projection.Apply(vector));
        }
    }

    /// <inheritdoc />
    public IModelTexts Share() => new EncoderTexts(_encoder.Share(), _projection, _known);

    /// <inheritdoc />
    public void Save(IDictionary<string, byte[]> files, IDictionary<string, StoredTensor> tensors)
    {
        files.Add(HashesFile, _known.HashBytes());
        tensors.Add(MeanTensor, new StoredTensor([_projection.Mean.Length], _projection.Mean));
        tensors.Add(AxesTensor, new StoredTensor([Dimension, _projection.Mean.Length], _projection.Axes));
        tensors.Add(KnownTensor, new StoredTensor([_known.Count, Dimension], _known.Vectors));
    }

    /// <inheritdoc />
    public void Dispose() => _encoder.Dispose();

    private bool TryFind(string text, out ReadOnlyMemory<float> vector)
    {
        if (_recent.TryFind(text, out vector))
        {
            return true;
        }

        if (!_known.TryFind(text, out vector))
        {
            return false;
        }

        _recent.Add(text, vector);
        return true;
    }

    private float[][] Compute(IReadOnlyList<string> texts)
    {
        var vectors = _encoder.Encoder.EncodeAll(texts, remember: false).Select(vector => _projection.Apply(vector)).ToArray();
        for (var i = 0; i < vectors.Length; i++)
        {
            _recent.Add(texts[i], vectors[i]);
        }

        return vectors;
    }

    private static float[] Take(IDictionary<string, StoredTensor> tensors, string name, long[] shape)
    {
        if (!tensors.Remove(name, out var tensor) || !tensor.Shape.SequenceEqual(shape))
        {
            throw new InvalidDataException(
                $"{name} should be of shape ({string.Join(", ", shape)}); {(tensor is null ? "it is missing" : $"it is ({string.Join(", ", tensor.Shape)})")}.");
        }

        return tensor.Values.All(float.IsFinite) ? tensor.Values : throw new InvalidDataException($"{name} holds numbers that are not finite.");
    }
}
