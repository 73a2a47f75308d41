using static TorchSharp.torch;

namespace OrleansSeg.Model.Text.Transformer;

/// <summary>Texts as tensors. B texts, T tokens of the longest.</summary>
public sealed class TokenBatch : IDisposable
{
    private TokenBatch(Tensor ids, Tensor mask, Tensor types, bool padded) => (Ids, Mask, Types, IsPadded) = (ids, mask, types, padded);

    /// <summary>(B, T) token ids, the padding's id after a text's end.</summary>
    public Tensor Ids { get; }

    /// <summary>(B, T) true for a text's own tokens.</summary>
    public Tensor Mask { get; }

    /// <summary>(B, T) token types: 0, and 1 for the second text of a pair.</summary>
    public Tensor Types { get; }

    /// <summary>Whether any text is shorter than the longest.</summary>
    public bool IsPadded { get; }

    /// <summary>Lays texts side by side.</summary>
    /// <param name="texts">Token ids of each text, at least one text and one token each.</param>
    /// <param name="paddingId">What follows the shorter ones.</param>
    /// <param name="types">Token types of each text, of the same lengths; null for zeros.</param>
    /// <param name="device">Where the tensors live; null for the CPU.</param>
    /// <exception cref="ArgumentException">There is no text, or one without a token.</exception>
    public static TokenBatch Of(IReadOnlyList<int[]> texts, int paddingId, IReadOnlyList<int[]>? types = null, Device? device = null)
    {
        ArgumentNullException.ThrowIfNull(texts);
        if (texts.Count == 0 || texts.Any(text => text.Length == 0))
        {
            throw new ArgumentException("A batch has at least one text, and each text a token.", nameof(texts));
        }

        var longest = texts.Max(text => text.Length);
        var (ids, real, kinds) = (new long[texts.Count * longest], new bool[texts.Count * longest], new long[texts.Count * longest]);
        for (var b = 0; b < texts.Count; b++)
        {
            for (var t = 0; t < longest; t++)
            {
                var (at, inside) = ((b * longest) + t, t < texts[b].Length);
                ids[at] = inside ? texts[b][t] : paddingId;
                real[at] = inside;
                kinds[at] = inside && types is not null ? types[b][t] : 0;
            }
        }

        using var scope = NewDisposeScope();
        long[] shape = [texts.Count, longest];
        return new TokenBatch(
            tensor(ids, shape).to(device ?? CPU).MoveToOuterDisposeScope(),
            tensor(real, shape).to(device ?? CPU).MoveToOuterDisposeScope(),
            tensor(kinds, shape).to(device ?? CPU).MoveToOuterDisposeScope(),
            texts.Any(text => text.Length < longest));
    }

    /// <inheritdoc />
    public void Dispose()
    {
        Ids.Dispose();
        Mask.Dispose();
        Types.Dispose();
    }
}
