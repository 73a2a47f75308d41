using System.Collections.Concurrent;
using System.Numerics.Tensors;
using Microsoft.ML.Tokenizers;

namespace OrleansSeg.Model.Text;

/// <summary>The small text encoder: the mean of a title's token vectors, of unit length. V vocabulary, X width.</summary>
/// <remarks>
/// Trained by <see cref="TitleEncoderTrainer"/>; serving is table look-ups in plain memory, from any thread. Vectors of texts seen
/// before are remembered, at most <see cref="RememberedMax"/> of them.
/// </remarks>
public sealed class TitleEncoder : ITextEncoder
{
    /// <summary>Most texts whose vectors are remembered.</summary>
    public const int RememberedMax = 100_000;

    /// <summary>Most tokens of a text that count.</summary>
    public const int TokenCountMax = 48;

    private readonly ConcurrentDictionary<string, float[]> _remembered = new(StringComparer.Ordinal);
    private readonly BertTokenizer _tokenizer;
    private readonly float[] _vectors;

    /// <summary>Makes the encoder.</summary>
    /// <param name="vocabulary">(V) entries.</param>
    /// <param name="vectors">(V, X) token vectors, row by row.</param>
    /// <param name="dimension">Width of the vectors (X).</param>
    public TitleEncoder(IReadOnlyList<string> vocabulary, float[] vectors, int dimension)
    {
        ArgumentNullException.ThrowIfNull(vocabulary);
        ArgumentNullException.ThrowIfNull(vectors);
        ArgumentOutOfRangeException.ThrowIfNotEqual(vectors.Length, vocabulary.Count * dimension);
        Vocabulary = vocabulary;
        Dimension = dimension;
        _vectors = vectors;
        _tokenizer = WordPieceVocabulary.CreateTokenizer(vocabulary);
    }

    /// <inheritdoc />
    public int Dimension { get; }

    /// <summary>(V) entries in the order of their ids.</summary>
    public IReadOnlyList<string> Vocabulary { get; }

    /// <summary>(V, X) token vectors.</summary>
    public ReadOnlySpan<float> Vectors => _vectors;

    /// <inheritdoc />
    public ReadOnlySpan<float> Encode(string text)
    {
        if (_remembered.TryGetValue(text, out var known))
        {
            return known;
        }

        var vector = Compute(text);
        if (_remembered.Count < RememberedMax)
        {
            _remembered.TryAdd(text, vector);
        }

        return vector;
    }

    /// <summary>Token ids of a text, at most <see cref="TokenCountMax"/>.</summary>
    internal static int[] Tokenize(BertTokenizer tokenizer, string text) =>
        [.. tokenizer.EncodeToIds(text, addSpecialTokens: false).Take(TokenCountMax)];

    private float[] Compute(string text)
    {
        var mean = new float[Dimension];
        foreach (var token in Tokenize(_tokenizer, text))
        {
            TensorPrimitives.Add(mean, _vectors.AsSpan(token * Dimension, Dimension), mean);
        }

        var norm = TensorPrimitives.Norm<float>(mean);
        TensorPrimitives.Multiply(mean, norm > 1e-6f ? 1 / norm : 0, mean);
        return mean;
    }
}
