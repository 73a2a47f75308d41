using OrleansSeg.Model.Native;
using OrleansSeg.Model.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace OrleansSeg.Model.Text;

/// <summary>Trains token vectors so that titles bought together lie close.</summary>
/// <remarks>The contrastive loss of <see cref="PairTraining"/> over a bag of tokens, on pairs of titles from one order.</remarks>
public static class TitleEncoderTrainer
{
    /// <summary>Trains.</summary>
    /// <param name="pairs">Titles that were bought together; a title alone may be paired with itself.</param>
    /// <param name="texts">All texts the vocabulary should cover.</param>
    /// <param name="dimension">Width of the vectors (X); 0 trains nothing.</param>
    /// <param name="vocabularyMax">Most vocabulary entries (V).</param>
    /// <param name="epochs">Passes over the pairs.</param>
    /// <param name="seed">Seed of the vectors and the order.</param>
    /// <param name="progress">Told of each epoch.</param>
    /// <param name="cancellationToken">Stops between batches.</param>
    public static TitleEncoder Train(
        IReadOnlyList<(string One, string Other)> pairs,
        IEnumerable<string> texts,
        int dimension,
        int vocabularyMax,
        int epochs,
        int seed,
        IProgress<TrainingProgress>? progress,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(pairs);
        LibTorch.EnsureLoadable();
        var vocabulary = WordPieceVocabulary.Train(texts, vocabularyMax);
        if (dimension == 0)
        {
            return new TitleEncoder(vocabulary, [], dimension);
        }

        var tokenizer = WordPieceVocabulary.CreateTokenizer(vocabulary);
        var ids = new Dictionary<string, int[]>(StringComparer.Ordinal);
        foreach (var text in pairs.SelectMany(pair => new[] { pair.One, pair.Other }))
        {
            if (!ids.ContainsKey(text))
            {
                ids.Add(text, TitleEncoder.Tokenize(tokenizer, text) is { Length: > 0 } tokens ? tokens : [1]);
            }
        }

        using var scope = NewDisposeScope();
        var vectors = nn.EmbeddingBag(vocabulary.Count, dimension, mode: TorchSharp.EmbeddingBagMode.Mean);
        Draw(vectors.weight!, 1 / Math.Sqrt(dimension), seed);
        PairTraining.Run(vectors.parameters(), pairs, titles => Encode(vectors, titles.Select(title => ids[title])), epochs, seed, progress, cancellationToken);
        return new TitleEncoder(vocabulary, vectors.weight!.detach().contiguous().data<float>().ToArray(), dimension);
    }

    private static void Draw(Tensor weights, double deviation, int seed)
    {
        // The process's own generator is everybody's: what else draws at the same time would change the vectors.
        using var quiet = no_grad();
        using var random = new Generator((ulong)seed);
        weights.normal_(0, deviation, random);
    }

    private static Tensor Encode(TorchSharp.Modules.EmbeddingBag vectors, IEnumerable<int[]> bags)
    {
        var tokens = new List<long>();
        var offsets = new List<long>();
        foreach (var bag in bags)
        {
            offsets.Add(tokens.Count);
            tokens.AddRange(bag.Select(id => (long)id));
        }

        return nn.functional.normalize(vectors.forward(tensor(tokens.ToArray()), tensor(offsets.ToArray()), null), p: 2, dim: 1);
    }
}
