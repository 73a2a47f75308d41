using System.Numerics.Tensors;
using System.Text;
using Microsoft.ML.Tokenizers;
using OrleansSeg.Model.Bundles;
using OrleansSeg.Model.Text.Vectors;

namespace OrleansSeg.Model.Text;

/// <summary>The small text encoder: the mean of a title's token vectors, of unit length. V vocabulary, X width.</summary>
/// <remarks>
/// Trained by <see cref="TitleEncoderTrainer"/>; serving is table look-ups in plain memory, from any thread. Vectors of texts seen
/// lately are remembered, at most <see cref="RememberedMax"/> of them.
/// </remarks>
public sealed class TitleEncoder : IModelTexts
{
    /// <summary>Most texts whose vectors are remembered.</summary>
    public const int RememberedMax = 100_000;

    /// <summary>Most tokens of a text that count.</summary>
    public const int TokenCountMax = 48;

    private const string VocabularyFile = "vocab.txt";
    private const string VectorsTensor = "text.vectors";

    private readonly RecentTexts _remembered = new(RememberedMax);
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

    /// <summary>Knows no word: for models that read no texts.</summary>
    public static TitleEncoder None => new(WordPieceVocabulary.Train([], 16), [], 0);

    /// <inheritdoc />
    public int Dimension { get; }

    /// <inheritdoc />
    public long ParameterCount => _vectors.Length;

    /// <inheritdoc />
    public string? EncoderHash => null;

    /// <summary>(V) entries in the order of their ids.</summary>
    public IReadOnlyList<string> Vocabulary { get; }

    /// <summary>(V, X) token vectors.</summary>
    public ReadOnlySpan<float> Vectors => _vectors;

    /// <inheritdoc />
    public ReadOnlySpan<float> Encode(string text)
    {
        if (_remembered.TryFind(text, out var known))
        {
            return known.Span;
        }

        var vector = Compute(text);
        _remembered.Add(text, vector);
        return vector;
    }

    /// <inheritdoc />
    public void Prepare(IEnumerable<string> texts) => _remembered.DropOld();

    /// <summary>Loads what <see cref="Save"/> wrote and takes its tensors out.</summary>
    /// <param name="width">Width that the network reads (X).</param>
    /// <param name="files">The bundle's files.</param>
    /// <param name="tensors">The bundle's tensors.</param>
    /// <exception cref="InvalidDataException">A part is missing, or they do not fit each other.</exception>
    public static TitleEncoder Load(int width, IReadOnlyDictionary<string, byte[]> files, IDictionary<string, StoredTensor> tensors)
    {
        ArgumentNullException.ThrowIfNull(files);
        ArgumentNullException.ThrowIfNull(tensors);
        var vocabulary = files.TryGetValue(VocabularyFile, out var words)
            ? Encoding.UTF8.GetString(words).Split('\n', StringSplitOptions.RemoveEmptyEntries)
            : throw new InvalidDataException($"{VocabularyFile} is missing.");
        return tensors.Remove(VectorsTensor, out var vectors) && vectors.Shape.SequenceEqual([vocabulary.Length, width])
            ? new TitleEncoder(vocabulary, vectors.Values, width)
            : throw new InvalidDataException($"{VectorsTensor} does not fit {VocabularyFile}.");
    }

    /// <inheritdoc />
    public void Save(IDictionary<string, byte[]> files, IDictionary<string, StoredTensor> tensors)
    {
        ArgumentNullException.ThrowIfNull(files);
        ArgumentNullException.ThrowIfNull(tensors);
        files.Add(VocabularyFile, Encoding.UTF8.GetBytes(string.Join('\n', Vocabulary) + "\n"));
        tensors.Add(VectorsTensor, new StoredTensor([Vocabulary.Count, Dimension], _vectors));
    }

    /// <inheritdoc />
    public IModelTexts Share() => this;

    /// <inheritdoc />
    public void Dispose()
    {
        // It is plain memory, which models may share.
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
