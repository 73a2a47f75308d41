using OrleansSeg.Model.Native;
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

    public BertLayer(BertFamilyConfig config, LayerShape shape)
        : base(nameof(BertLayer))
    {
        _config = config;
        attention = new BertAttention(config, shape);
        intermediate = new BertDense(config, shape.Intermediate);
        output = new BertResidual(config, shape.Intermediate);
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

    public BertAttention(BertFamilyConfig config, LayerShape shape)
        : base(nameof(BertAttention))
    {
        self = new BertQueries(config, shape);
        output = new BertResidual(config, shape.Attended);
        RegisterComponents();
    }

    public Tensor Forward(Tensor states, Tensor? bias, EncoderPass pass)
    {
        using var scope = NewDisposeScope();
        return output.Forward(self.Forward(states, bias, pass), states, pass).MoveToOuterDisposeScope();
    }
}

/// <summary>Scaled dot products of queries and keys, and the values they weigh. D width of a head.</summary>
internal sealed class BertQueries : nn.Module
{
    private readonly int _heads;
    private readonly nn.Module query;
    private readonly nn.Module key;
    private readonly nn.Module value;
    private PackedProduct? _together;

    public BertQueries(BertFamilyConfig config, LayerShape shape)
        : base(nameof(BertQueries))
    {
        _heads = shape.Heads;
        query = Blank.Product(config, config.Hidden, shape.Attended);
        key = Blank.Product(config, config.Hidden, shape.Attended);
        value = Blank.Product(config, config.Hidden, shape.Attended);
        RegisterComponents();
    }

    /// <summary>(B, T, H) -> (B, T, A·D).</summary>
    public Tensor Forward(Tensor states, Tensor? bias, EncoderPass pass)
    {
        using var scope = NewDisposeScope();
        var parts = _together?.Forward(states).chunk(3, 2) ?? [pass.Product(query, states), pass.Product(key, states), pass.Product(value, states)];
        var weighed = nn.functional.scaled_dot_product_attention(Split(parts[0]), Split(parts[1]), Split(parts[2]), bias); // (B, A, T, D)
        return weighed.transpose(1, 2).flatten(2).MoveToOuterDisposeScope(); // (B, A, T, D) -> (B, T, A·D)
    }

    /// <summary>Puts the three products of 8-bit weights into one, so that what goes in is made small once.</summary>
    public void Pack() => _together = Int8Linear.Together((Int8Linear)query, (Int8Linear)key, (Int8Linear)value);

    /// <inheritdoc />
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _together?.Dispose();
        }

        base.Dispose(disposing);
    }

    // (B, T, A·D) -> (B, A, T, D)
    private Tensor Split(Tensor states) => states.unflatten(2, [_heads, states.shape[2] / _heads]).transpose(1, 2);
}

/// <summary>One product.</summary>
internal sealed class BertDense : nn.Module
{
    private readonly nn.Module dense;

    public BertDense(BertFamilyConfig config, int outputs)
        : base(nameof(BertDense))
    {
        dense = Blank.Product(config, config.Hidden, outputs);
        RegisterComponents();
    }

    public Tensor Forward(Tensor values, EncoderPass pass) => pass.Product(dense, values);
}

/// <summary>One product, added to what went in before and normalized.</summary>
internal sealed class BertResidual : nn.Module
{
    private readonly double _dropout;
    private readonly nn.Module dense;
    private readonly LayerNorm LayerNorm;

    public BertResidual(BertFamilyConfig config, int inputs)
        : base(nameof(BertResidual))
    {
        _dropout = config.Dropout;
        dense = Blank.Product(config, inputs, config.Hidden);
        LayerNorm = nn.LayerNorm(config.Hidden, config.NormEpsilon);
        RegisterComponents();
    }

    public Tensor Forward(Tensor values, Tensor before, EncoderPass pass)
    {
        using var scope = NewDisposeScope();
        return LayerNorm.forward(pass.Output(dense, values, _dropout).Plus(before)).MoveToOuterDisposeScope();
    }
}
