using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace OrleansSeg.Model.Text.Transformer;

/// <summary>One layer: attention, then two products, each added to what went in and normalized after. B texts, T tokens, H width, A heads, F between.</summary>
/// <remarks>
/// Post-LN as in Vaswani et al. 2017, arXiv:1706.03762, and Devlin et al. 2019, arXiv:1810.04805. Differs in training: attention
/// probabilities are not dropped out, since the fused attention would draw from the process's own generator.
/// </remarks>
internal sealed class BertLayer : nn.Module
{
    private readonly BertFamilyConfig _config;
    private readonly BertAttention attention;
    private readonly BertDense intermediate;
    private readonly BertResidual output;

    public BertLayer(BertFamilyConfig config)
        : base(nameof(BertLayer))
    {
        _config = config;
        attention = new BertAttention(config);
        intermediate = new BertDense(config.Hidden, config.Intermediate);
        output = new BertResidual(config, config.Intermediate);
        RegisterComponents();
    }

    /// <summary>(B, T, H) -> (B, T, H).</summary>
    /// <param name="states">What goes in.</param>
    /// <param name="bias">(B, 1, 1, T) what is added to the scores of each key; null for nothing.</param>
    /// <param name="pass">What goes along with the pass.</param>
    public Tensor Forward(Tensor states, Tensor? bias, EncoderPass pass)
    {
        using var scope = NewDisposeScope();
        var attended = attention.Forward(states, bias, pass);
        var between = _config.Activation.Apply(intermediate.Forward(attended, pass)); // (B, T, H) -> (B, T, F)
        return output.Forward(between, attended, pass).MoveToOuterDisposeScope(); // (B, T, F) -> (B, T, H)
    }
}

/// <summary>Attention of every token to every token of its text.</summary>
internal sealed class BertAttention : nn.Module
{
    private readonly BertQueries self;
    private readonly BertResidual output;

    public BertAttention(BertFamilyConfig config)
        : base(nameof(BertAttention))
    {
        self = new BertQueries(config);
        output = new BertResidual(config, config.Hidden);
        RegisterComponents();
    }

    public Tensor Forward(Tensor states, Tensor? bias, EncoderPass pass)
    {
        using var scope = NewDisposeScope();
        return output.Forward(self.Forward(states, bias, pass), states, pass).MoveToOuterDisposeScope();
    }
}

/// <summary>Scaled dot products of queries and keys, and the values they weigh.</summary>
internal sealed class BertQueries : nn.Module
{
    private readonly int _heads;
    private readonly Linear query;
    private readonly Linear key;
    private readonly Linear value;

    public BertQueries(BertFamilyConfig config)
        : base(nameof(BertQueries))
    {
        _heads = config.Heads;
        query = Blank.Linear(config.Hidden, config.Hidden);
        key = Blank.Linear(config.Hidden, config.Hidden);
        value = Blank.Linear(config.Hidden, config.Hidden);
        RegisterComponents();
    }

    public Tensor Forward(Tensor states, Tensor? bias, EncoderPass pass)
    {
        using var scope = NewDisposeScope();
        var weighed = nn.functional.scaled_dot_product_attention(
            Split(pass.Product(query, states)), Split(pass.Product(key, states)), Split(pass.Product(value, states)), bias); // (B, A, T, H/A)
        return weighed.transpose(1, 2).flatten(2).MoveToOuterDisposeScope(); // (B, A, T, H/A) -> (B, T, H)
    }

    // (B, T, H) -> (B, A, T, H/A)
    private Tensor Split(Tensor states) => states.unflatten(2, [_heads, states.shape[2] / _heads]).transpose(1, 2);
}

/// <summary>One product.</summary>
internal sealed class BertDense : nn.Module
{
    private readonly Linear dense;

    public BertDense(int inputs, int outputs)
        : base(nameof(BertDense))
    {
        dense = Blank.Linear(inputs, outputs);
        RegisterComponents();
    }

    public Tensor Forward(Tensor values, EncoderPass pass) => pass.Product(dense, values);
}

/// <summary>One product, added to what went in before and normalized.</summary>
internal sealed class BertResidual : nn.Module
{
    private readonly double _dropout;
    private readonly Linear dense;
    private readonly LayerNorm LayerNorm;

    public BertResidual(BertFamilyConfig config, int inputs)
        : base(nameof(BertResidual))
    {
        _dropout = config.Dropout;
        dense = Blank.Linear(inputs, config.Hidden);
        LayerNorm = nn.LayerNorm(config.Hidden, config.NormEpsilon);
        RegisterComponents();
    }

    public Tensor Forward(Tensor values, Tensor before, EncoderPass pass)
    {
        using var scope = NewDisposeScope();
        return LayerNorm.forward(pass.Output(dense, values, _dropout) + before).MoveToOuterDisposeScope();
    }
}
