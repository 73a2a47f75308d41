using OrleansSeg.Model.Text.Transformer;
using TorchSharp;
using static TorchSharp.torch;

namespace OrleansSeg.Model.Text.PreTraining;

/// <summary>A batch some of whose tokens are hidden, and what they were. M hidden tokens.</summary>
/// <remarks>
/// Devlin et al. 2019, arXiv:1810.04805, section 3.1: of the hidden tokens eight in ten are masks, one is another token and one stays, so that
/// the model cannot rely on seeing which are hidden. Differs: at least one token of each text is hidden, since a title has few.
/// </remarks>
internal sealed class HiddenTokens : IDisposable
{
    private HiddenTokens(TokenBatch batch, Tensor places, Tensor truth) => (Batch, Places, Truth) = (batch, places, truth);

    /// <summary>The texts as the model sees them.</summary>
    public TokenBatch Batch { get; }

    /// <summary>(M) places of the hidden tokens in the flattened (B·T) batch.</summary>
    public Tensor Places { get; }

    /// <summary>(M) the tokens that were there.</summary>
    public Tensor Truth { get; }

    /// <summary>Hides tokens of texts.</summary>
    /// <param name="texts">Token ids of each text, with a token before and one after that are never hidden, and at least one between.</param>
    /// <param name="share">Share of the tokens between that is hidden.</param>
    /// <param name="vocabulary">Special ids come first: 0 the padding, 4 the mask; other tokens are from 5 up to this.</param>
    /// <param name="random">Draws which, and what stands there instead.</param>
    /// <param name="device">Where the tensors live; null for the CPU.</param>
    public static HiddenTokens Of(IReadOnlyList<int[]> texts, double share, int vocabulary, Random random, Device? device)
    {
        var longest = texts.Max(text => text.Length);
        var (seen, places, truth) = (new List<int[]>(), new List<long>(), new List<long>());
        for (var b = 0; b < texts.Count; b++)
        {
            var (text, between) = (texts[b].ToArray(), texts[b].Length - 2);
            var count = Math.Max(1, (int)Math.Round(share * between));
            foreach (var at in Enumerable.Range(1, between).OrderBy(_ => random.NextDouble()).Take(count).Order())
            {
                places.Add(((long)b * longest) + at);
                truth.Add(text[at]);
                var drawn = random.NextDouble();
                text[at] = drawn < 0.8 ? WordPieceIds.Mask : drawn < 0.9 ? random.Next(WordPieceIds.FirstWord, Math.Max(vocabulary, WordPieceIds.FirstWord + 1)) : text[at];
            }

            seen.Add(text);
        }

        var batch = TokenBatch.Of(seen, WordPieceIds.Padding, device: device);
        using var scope = NewDisposeScope();
        var (where, what) = (tensor(places.ToArray()).to(device ?? CPU), tensor(truth.ToArray()).to(device ?? CPU));
        return new HiddenTokens(batch, where.MoveToOuterDisposeScope(), what.MoveToOuterDisposeScope());
    }

    /// <inheritdoc />
    public void Dispose()
    {
        Batch.Dispose();
        Places.Dispose();
        Truth.Dispose();
    }
}

/// <summary>Ids of the special tokens of a vocabulary that <see cref="Tokenization.WordPieceTrainer"/> made.</summary>
internal static class WordPieceIds
{
    /// <summary>The padding.</summary>
    public const int Padding = 0;

    /// <summary>The mask.</summary>
    public const int Mask = 4;

    /// <summary>The first that is not special.</summary>
    public const int FirstWord = 5;
}
