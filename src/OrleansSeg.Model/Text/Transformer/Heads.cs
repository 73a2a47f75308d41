using OrleansSeg.Model.Native;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace OrleansSeg.Model.Text.Transformer;

/// <summary>A product and a curve on the first token's state: BERT's pooler. B texts, T tokens, H width.</summary>
internal sealed class Pooler : nn.Module
{
    private readonly Activation _activation;
    private readonly nn.Module dense;

    public Pooler(BertFamilyConfig config, Activation activation)
        : base(nameof(Pooler))
    {
        _activation = activation;
        dense = Blank.Product(config, config.Hidden, config.Hidden);
        RegisterComponents();
    }

    /// <summary>(B, T, H) -> (B, H).</summary>
    public Tensor Forward(Tensor states)
    {
        using var scope = NewDisposeScope();
        return _activation.Apply(default(EncoderPass).Product(dense, states.select(1, 0))).MoveToOuterDisposeScope();
    }

    /// <summary>Takes over another pooler's weights.</summary>
    public void CopyFrom(Pooler other)
    {
        using var quiet = no_grad();
        foreach (var (own, theirs) in parameters().Zip(other.parameters()))
        {
            own.copy_(theirs);
        }
    }
}

/// <summary>Label logits of a text, from its pooled state. L labels.</summary>
/// <remarks>The three families differ in names alone, and DistilBERT in the curve: a product, a curve, a product.</remarks>
internal sealed class SequenceHead : nn.Module
{
    private readonly double _dropout;
    private readonly Pooler pooler;
    private readonly Linear classifier;

    public SequenceHead(BertFamilyConfig config)
        : base(nameof(SequenceHead))
    {
        _dropout = config.Dropout;
        pooler = new Pooler(config, config.Family == BertFamily.DistilBert ? Activation.Relu : Activation.Tanh);
        classifier = Blank.Linear(config.Hidden, config.Labels.Length);
        RegisterComponents();
    }

    /// <summary>Begins with a published pooler, as the field does where one was saved.</summary>
    public void Begin(Pooler published) => pooler.CopyFrom(published);

    /// <summary>(B, T, H) -> (B, L).</summary>
    public Tensor Forward(Tensor states, Generator? dropout = null)
    {
        using var scope = NewDisposeScope();
        return classifier.forward(pooler.Forward(states).Drop(_dropout, dropout)).MoveToOuterDisposeScope();
    }
}

/// <summary>Label logits of each token.</summary>
internal sealed class TokenHead : nn.Module
{
    private readonly double _dropout;
    private readonly Linear classifier;

    public TokenHead(BertFamilyConfig config)
        : base(nameof(TokenHead))
    {
        _dropout = config.Dropout;
        classifier = Blank.Linear(config.Hidden, config.Labels.Length);
        RegisterComponents();
    }

    /// <summary>(B, T, H) -> (B, T, L).</summary>
    public Tensor Forward(Tensor states, Generator? dropout = null)
    {
        using var scope = NewDisposeScope();
        return classifier.forward(states.Drop(_dropout, dropout)).MoveToOuterDisposeScope();
    }
}

/// <summary>Token logits at masked places; the last product shares the encoder's token table. V tokens.</summary>
internal sealed class MaskedHead : nn.Module
{
    private readonly Activation _activation;
    private readonly Linear dense;
    private readonly LayerNorm LayerNorm;
    private readonly Parameter bias;

    public MaskedHead(BertFamilyConfig config)
        : base(nameof(MaskedHead))
    {
        // RoBERTa's head has its own curve, whatever the layers have.
        _activation = config.Family == BertFamily.Roberta ? Activation.Gelu : config.Activation;
        dense = Blank.Linear(config.Hidden, config.Hidden);
        LayerNorm = nn.LayerNorm(config.Hidden, config.NormEpsilon);
        bias = new Parameter(zeros(config.VocabularySize));
        RegisterComponents();
        this.KeepWeights();
    }

    /// <summary>(..., H) -> (..., V).</summary>
    /// <param name="states">States of the places to tell.</param>
    /// <param name="words">(V, H) the encoder's token table.</param>
    public Tensor Forward(Tensor states, Tensor words)
    {
        using var scope = NewDisposeScope();
        var shaped = LayerNorm.forward(_activation.Apply(dense.forward(states)));
        return nn.functional.linear(shaped, words, bias).MoveToOuterDisposeScope();
    }
}
