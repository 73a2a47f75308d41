using System.Collections.Concurrent;
using OrleansSeg.Model.Text.Checkpoints;
using OrleansSeg.Model.Text.Tokenization;
using OrleansSeg.Model.Text.Transformer;
using TorchSharp;
using static TorchSharp.torch;

namespace OrleansSeg.Model.Text;

/// <summary>A published text model as a text encoder: tokenizer, transformer and pooling of one folder. B texts, T tokens, H width, X width of the vectors.</summary>
/// <remarks>
/// Answers from any thread; disposing waits for nobody, and the weights go when the last running call has left. Texts are computed in
/// batches of like length; a vector depends on its batch in the last digits only (about 1e-6), as sums come in another order. Vectors of
/// texts seen before are remembered, at most <see cref="RememberedMax"/> of them.
/// </remarks>
public sealed class TransformerTextEncoder : ITextEncoder, IDisposable
{
    /// <summary>Most texts whose vectors are remembered.</summary>
    public const int RememberedMax = 100_000;

    /// <summary>Most tokens of a batch, padding included, if it holds more than one text.</summary>
    public const int BatchTokensMax = 8_192;

    private const int SpareRowsMax = 1_024;

    private readonly ConcurrentDictionary<string, float[]> _remembered = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();
    private readonly TextCheckpoint _checkpoint;
    private readonly Device? _device;
    private int _running;
    private bool _disposed;

    private TransformerTextEncoder(TextCheckpoint checkpoint, TextTokenizer tokenizer, int tokensMax, Device? device)
    {
        (_checkpoint, Tokenizer, TokensMax, _device) = (checkpoint, tokenizer, tokensMax, device);
        Dimension = checkpoint.Pooling.WidthOf(checkpoint.Config.Hidden);
    }

    /// <inheritdoc />
    public int Dimension { get; }

    /// <summary>Shape of the transformer.</summary>
    public BertFamilyConfig Config => _checkpoint.Config;

    /// <summary>The folder's tokenizer.</summary>
    public TextTokenizer Tokenizer { get; }

    /// <summary>Most tokens of a text, special ones included; what is beyond is cut off at the end.</summary>
    public int TokensMax { get; }

    /// <summary>Loads a folder as downloaded.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="device">Where the weights will live; null for the CPU.</param>
    /// <param name="precision">In what numbers to compute; null for what the folder says.</param>
    /// <exception cref="CheckpointException">The folder is none that can be loaded, or its vocabulary is of another model than its weights.</exception>
    public static TransformerTextEncoder Load(string folder, Device? device = null, ComputePrecision? precision = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);

        // The tokenizer first: where it is missing, hundreds of megabytes need not be read to say so.
        var tokenizer = TokenizerFiles.Read(folder);
        var config = BertFamilyConfigFile.Read(folder);
        if (tokenizer.IdCount > config.VocabularySize || tokenizer.IdCount < config.VocabularySize - SpareRowsMax)
        {
            throw new CheckpointException(
                $"The vocabulary has {tokenizer.IdCount} ids and the token table {config.VocabularySize} rows: they are of different models.");
        }

        var tokensMax = Math.Min(config.TokensMax, PoolingFiles.ReadTokensMax(folder) ?? int.MaxValue);
        return tokensMax > tokenizer.Special.CountAround(pair: true)
            ? new TransformerTextEncoder(TextCheckpoint.Load(folder, device, precision), tokenizer, tokensMax, device)
            : throw new CheckpointException($"The model reads {tokensMax} tokens at most, which leaves none for a text.");
    }

    /// <inheritdoc />
    /// <exception cref="ObjectDisposedException">The encoder was disposed.</exception>
    public ReadOnlySpan<float> Encode(string text) => _remembered.TryGetValue(text, out var known) ? known : EncodeAll([text])[0];

    /// <summary>(X) vectors of many texts, in their order: cheaper than one by one, as texts of like length share a batch.</summary>
    /// <param name="texts">The texts; one that is repeated is computed once.</param>
    /// <param name="remember">
    /// Whether vectors are remembered, and taken from memory. Without it, the same texts in the same order always give the same bits,
    /// whatever was asked before.
    /// </param>
    /// <param name="cancellationToken">Stops between batches.</param>
    /// <exception cref="ObjectDisposedException">The encoder was disposed.</exception>
    public IReadOnlyList<float[]> EncodeAll(IReadOnlyList<string> texts, bool remember = true, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(texts);
        Enter();
        try
        {
            var vectors = new Dictionary<string, float[]>(StringComparer.Ordinal);
            var unknown = new List<(string Text, int[] Ids)>();
            foreach (var text in texts.Distinct(StringComparer.Ordinal))
            {
                if (remember && _remembered.TryGetValue(text, out var known))
                {
                    vectors.Add(text, known);
                }
                else
                {
                    unknown.Add((text, Tokenizer.Encode(text, TokensMax).Ids));
                }
            }

            foreach (var batch in Batches(unknown))
            {
                cancellationToken.ThrowIfCancellationRequested();
                foreach (var ((text, _), vector) in batch.Zip(Compute(batch)))
                {
                    vectors.Add(text, vector);
                    if (remember && _remembered.Count < RememberedMax)
                    {
                        _remembered.TryAdd(text, vector);
                    }
                }
            }

            return [.. texts.Select(text => vectors[text])];
        }
        finally
        {
            Leave();
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        bool last;
        lock (_gate)
        {
            last = !_disposed && _running == 0;
            _disposed = true;
        }

        if (last)
        {
            _checkpoint.Dispose();
        }
    }

    /// <summary>Texts in batches: the longest first, as many as the token budget allows when all are padded to the first.</summary>
    internal static IEnumerable<List<(string Text, int[] Ids)>> Batches(IEnumerable<(string Text, int[] Ids)> texts)
    {
        var batch = new List<(string Text, int[] Ids)>();
        foreach (var entry in texts.OrderByDescending(entry => entry.Ids.Length))
        {
            if (batch.Count > 0 && batch[0].Ids.Length * (batch.Count + 1) > BatchTokensMax)
            {
                yield return batch;
                batch = [];
            }

            batch.Add(entry);
        }

        if (batch.Count > 0)
        {
            yield return batch;
        }
    }

    private IEnumerable<float[]> Compute(List<(string Text, int[] Ids)> texts)
    {
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        using var batch = TokenBatch.Of([.. texts.Select(entry => entry.Ids)], Tokenizer.Special.Padding, device: _device);
        var states = _checkpoint.Encoder.Forward(batch); // (B, T) -> (B, T, H)
        var pooled = _checkpoint.Pooling.Forward(states.to(float32), batch.Mask); // (B, T, H) -> (B, X)
        return pooled.to(CPU).contiguous().data<float>().ToArray().Chunk(Dimension);
    }

    private void Enter()
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            _running++;
        }
    }

    private void Leave()
    {
        bool last;
        lock (_gate)
        {
            last = --_running == 0 && _disposed;
        }

        if (last)
        {
            _checkpoint.Dispose();
        }
    }
}
