using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace OrleansSeg.Model.Sequences;

/// <summary>Sequence encoder fused with aggregates, and three heads. B batch, T steps, H hidden, W aggregates, S segments.</summary>
/// <remarks>A gated recurrent unit reads the steps (Cho et al. 2014, arXiv:1406.1078); its last real state meets the aggregates in a two-layer perceptron.</remarks>
public sealed class SegmentNetwork : Module
{
    private const int TypeWidth = 8;
    private const int CategoryWidth = 8;
    private const int AttributeWidth = 8;
    private const int TypeBuckets = 16;

    private readonly NetworkConfig _config;
    private readonly Embedding type;
    private readonly Embedding category;
    private readonly Linear step;
    private readonly GRU recurrent;
    private readonly Embedding attribute;
    private readonly Linear fuse;
    private readonly Linear mix;
    private readonly Dropout dropout;
    private readonly Linear segment;
    private readonly Linear churn;
    private readonly Linear spend;

    /// <summary>Makes a network with random weights drawn from torch's generator.</summary>
    public SegmentNetwork(NetworkConfig config)
        : base(nameof(SegmentNetwork))
    {
        ArgumentNullException.ThrowIfNull(config);
        _config = config;
        var stepWidth = TypeWidth + CategoryWidth + InputEncoder.StepNumbers + config.TextWidth;
        var fused = config.Hidden + (config.UseAggregates ? config.AggregateWidth + AttributeWidth : 0);
        type = Embedding(TypeBuckets, TypeWidth);
        category = Embedding(config.CategoryBuckets, CategoryWidth);
        step = Linear(stepWidth, config.Hidden);
        recurrent = GRU(config.Hidden, config.Hidden, batchFirst: true);
        attribute = Embedding(config.AttributeBuckets, AttributeWidth);
        fuse = Linear(fused, config.FusionWidth);
        mix = Linear(config.FusionWidth, config.FusionWidth);
        dropout = Dropout(config.Dropout);
        segment = Linear(config.FusionWidth, config.Segments);
        churn = Linear(config.FusionWidth, 1);
        spend = Linear(config.FusionWidth, 1);
        RegisterComponents();
    }

    /// <summary>Segment logits (B, S), churn logit (B) and expected log(1 + spend) (B).</summary>
    public (Tensor Segments, Tensor Churn, Tensor Spend) Forward(EncodedBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        return Fuse(EmbedSteps(batch), batch.Aggregates, batch);
    }

    /// <summary>The steps as vectors, before the recurrence: (B, T) and (B, T, ·) -> (B, T, H).</summary>
    internal Tensor EmbedSteps(EncodedBatch batch)
    {
        using var scope = NewDisposeScope();
        var parts = cat([type.forward(batch.Types), category.forward(batch.Categories), batch.Numbers, batch.Texts], dim: 2);
        return functional.gelu(step.forward(parts)).MoveToOuterDisposeScope();
    }

    /// <summary>From step vectors (B, T, H) and aggregates (B, W) to the heads.</summary>
    internal (Tensor Segments, Tensor Churn, Tensor Spend) Fuse(Tensor steps, Tensor aggregates, EncodedBatch batch)
    {
        using var scope = NewDisposeScope();
        var (states, _) = recurrent.forward(dropout.forward(steps)); // (B, T, H)
        var last = (batch.Lengths - 1).view(-1, 1, 1).expand(-1, 1, _config.Hidden);
        var hidden = states.gather(1, last).squeeze(1); // (B, T, H) -> (B, H)
        if (_config.UseAggregates)
        {
            var present = batch.Attributes.ne(0).unsqueeze(2).to(float32); // (B, A, 1)
            var profile = (attribute.forward(batch.Attributes) * present).sum(1) / present.sum(1).clamp(min: 1); // (B, A, ·) -> (B, ·)
            hidden = cat([hidden, aggregates, profile], dim: 1);
        }

        var fused = dropout.forward(functional.gelu(fuse.forward(hidden)));
        fused = dropout.forward(functional.gelu(mix.forward(fused))) + fused;
        return (
            segment.forward(fused).MoveToOuterDisposeScope(),
            churn.forward(fused).squeeze(1).MoveToOuterDisposeScope(),
            spend.forward(fused).squeeze(1).MoveToOuterDisposeScope());
    }
}
