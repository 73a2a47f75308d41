using OrleansSeg.Model.Native;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace OrleansSeg.Model.Text.Transformer;

/// <summary>The text transformer of the BERT family: every token's state, seen together with its whole text. B texts, T tokens, H width.</summary>
/// <remarks>
/// Devlin et al. 2019, arXiv:1810.04805; Liu et al. 2019 (RoBERTa), arXiv:1907.11692; Sanh et al. 2019 (DistilBERT), arXiv:1910.01108. Its
/// fields have BERT's checkpoint names, whatever family the weights come from. Forward passes may run at the same time on any threads
/// while no training step runs.
/// </remarks>
public sealed class BertEncoder : nn.Module
{
    private readonly BertEmbeddings embeddings;
    private readonly BertStack encoder;

    /// <summary>Makes an encoder whose weights are yet to be loaded or drawn.</summary>
    /// <param name="config">Its shape.</param>
    public BertEncoder(BertFamilyConfig config)
        : base(nameof(BertEncoder))
    {
        ArgumentNullException.ThrowIfNull(config);
        Config = config;
        embeddings = new BertEmbeddings(config);
        encoder = new BertStack(config);
        RegisterComponents();
    }

    /// <summary>Its shape.</summary>
    public BertFamilyConfig Config { get; }

    /// <summary>(V, H) the token table.</summary>
    internal Parameter Words => embeddings.Words;

    /// <summary>States of the last layer: (B, T) -> (B, T, H). Those of padding mean nothing.</summary>
    /// <param name="batch">The texts, at most <see cref="BertFamilyConfig.TokensMax"/> tokens each.</param>
    /// <param name="dropout">Draws the dropout of training; null in evaluation.</param>
    /// <param name="adapter">What changes the layers' products in this pass; null for nothing.</param>
    /// <exception cref="ArgumentOutOfRangeException">A text is longer than there are positions.</exception>
    public Tensor Forward(TokenBatch batch, Generator? dropout = null, IEncoderAdapter? adapter = null)
    {
        ArgumentNullException.ThrowIfNull(batch);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(batch.Ids.shape[1], Config.TokensMax, nameof(batch));
        using var scope = NewDisposeScope();
        return encoder.Forward(embeddings.Forward(batch, dropout), KeyBias(batch), new EncoderPass(dropout, adapter)).MoveToOuterDisposeScope();
    }

    /// <summary>Puts each layer's queries, keys and values of 8-bit weights into one product, once they are loaded.</summary>
    internal void PackQueries()
    {
        foreach (var queries in modules().OfType<BertQueries>().Where(_ => Config.Precision == ComputePrecision.Int8))
        {
            queries.Pack();
        }
    }

    // (B, T) -> (B, 1, 1, T). The most negative number rather than infinity, which would make NaN of a row that is all padding.
    private Tensor? KeyBias(TokenBatch batch) =>
        batch.IsPadded
            ? zeros(batch.Mask.shape, dtype: Words.dtype, device: Words.device).Masked(batch.Mask.logical_not(), finfo(Words.dtype).min).unsqueeze(1).unsqueeze(2)
            : null;
}

/// <summary>The layers, one after the other.</summary>
internal sealed class BertStack : nn.Module
{
    private readonly ModuleList<BertLayer> layer;

    public BertStack(BertFamilyConfig config)
        : base(nameof(BertStack))
    {
        layer = nn.ModuleList(Enumerable.Range(0, config.Layers).Select(n => new BertLayer(config, config.Layer(n))).ToArray());
        RegisterComponents();
    }

    public Tensor Forward(Tensor states, Tensor? bias, EncoderPass pass)
    {
        var input = states;
        foreach (var each in layer)
        {
            var next = each.Forward(states, bias, pass);
            if (!ReferenceEquals(states, input))
            {
                // Without it, the states of all layers would live until the last has run.
                states.Dispose();
            }

            states = next;
        }

        return states;
    }
}
