using OrleansSeg.Model.Native;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace OrleansSeg.Model.Sequences;

/// <summary>Sequence encoder fused with aggregates, and three heads. B batch, T steps, H hidden, W aggregates, S segments.</summary>
/// <remarks>
/// A gated recurrent unit reads the steps (Cho et al. 2014, arXiv:1406.1078); its last real state meets the aggregates in a two-layer
/// perceptron. Weights and dropout draw from a generator that is passed in, so that nothing else in the process can disturb a seed.
/// Forward passes may run at the same time on any threads while no training step runs.
/// </remarks>
public sealed class SegmentNetwork : Module
{
    private const int TypeWidth = 8;
    private const int CategoryWidth = 8;
    private const int AttributeWidth = 8;
    private const int TypeBuckets = 16;
    private const float Impossible = -1e9f;

    private readonly NetworkConfig _config;
    private readonly Embedding type;
    private readonly Embedding category;
    private readonly Linear step;
    private readonly GRU recurrent;
    private readonly Embedding attribute;
    private readonly Linear fuse;
    private readonly Linear mix;
    private readonly Linear segment;
    private readonly Linear churn;
    private readonly Linear spend;

    /// <summary>Makes a network with random weights.</summary>
    /// <param name="config">Its shape.</param>
    /// <param name="seed">Seed of the weights.</param>
    public SegmentNetwork(NetworkConfig config, int seed)
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
        segment = Linear(config.FusionWidth, config.Segments);
        churn = Linear(config.FusionWidth, 1);
        spend = Linear(config.FusionWidth, 1);
        RegisterComponents();
        Initialize(seed);
    }

    /// <summary>Segment logits (B, S), churn logit (B) and expected log(1 + spend) (B).</summary>
    /// <param name="batch">The inputs.</param>
    /// <param name="dropout">Draws the dropout of training; null in evaluation.</param>
    public (Tensor Segments, Tensor Churn, Tensor Spend) Forward(EncodedBatch batch, Generator? dropout = null)
    {
        ArgumentNullException.ThrowIfNull(batch);
        using var scope = NewDisposeScope();
        var (segments, churns, spends) = Fuse(EmbedSteps(batch), batch.Lengths, batch.Aggregates, EmbedProfile(batch), dropout);
        return (
            segments.Plus(batch.Impossible).MoveToOuterDisposeScope(), churns.MoveToOuterDisposeScope(), spends.MoveToOuterDisposeScope());
    }

    /// <summary>The steps as vectors, before the recurrence: (B, T) and (B, T, ·) -> (B, T, H).</summary>
    internal Tensor EmbedSteps(EncodedBatch batch)
    {
        using var scope = NewDisposeScope();
        var parts = cat([type.forward(batch.Types), category.forward(batch.Categories), batch.Numbers, batch.Texts], dim: 2);
        return functional.gelu(step.forward(parts)).MoveToOuterDisposeScope();
    }

    /// <summary>The mean of the profile attributes' vectors: (B, A) -> (B, ·), zero where there are none.</summary>
    internal Tensor EmbedProfile(EncodedBatch batch)
    {
        using var scope = NewDisposeScope();
        var present = batch.Attributes.Differs(0).unsqueeze(2).to(float32); // (B, A, 1)
        return ((attribute.forward(batch.Attributes) * present).sum(1) / present.sum(1).AtLeast(1)).MoveToOuterDisposeScope();
    }

    /// <summary>From step vectors (B, T, H), their real counts (B), aggregates (B, W) and profile (B, ·) to the heads.</summary>
    internal (Tensor Segments, Tensor Churn, Tensor Spend) Fuse(
        Tensor steps, Tensor lengths, Tensor aggregates, Tensor profile, Generator? dropout)
    {
        using var scope = NewDisposeScope();
        var (states, _) = recurrent.forward(Drop(steps, dropout)); // (B, T, H)
        var last = lengths.Plus(-1).unsqueeze(1).unsqueeze(2); // (B) -> (B, 1, 1)
        var hidden = states.take_along_dim(last, 1).squeeze(1); // (B, T, H) -> (B, H)
        if (_config.UseAggregates)
        {
            hidden = cat([hidden, aggregates, profile], dim: 1);
        }

        var fused = Drop(functional.gelu(fuse.forward(hidden)), dropout);
        fused = Drop(functional.gelu(mix.forward(fused)), dropout).Plus(fused);
        return (
            segment.forward(fused).MoveToOuterDisposeScope(),
            churn.forward(fused).squeeze(1).MoveToOuterDisposeScope(),
            spend.forward(fused).squeeze(1).MoveToOuterDisposeScope());
    }

    /// <summary>What is added to the logit of a label that the scheme's rule cannot give.</summary>
    internal static float ImpossibleLogit => Impossible;

    private Tensor Drop(Tensor values, Generator? random)
    {
        if (random is null || _config.Dropout <= 0)
        {
            return values;
        }

        var kept = 1 - _config.Dropout;
        return values * empty_like(values).bernoulli_(kept, random).Over(kept);
    }

    private void Initialize(int seed)
    {
        using var quiet = no_grad();
        using var random = new Generator((ulong)seed);
        foreach (var table in new[] { type, category, attribute })
        {
            table.weight!.normal_(0, 1, random);
        }

        foreach (var layer in new[] { step, fuse, mix, segment, churn, spend })
        {
            var bound = 1 / Math.Sqrt(layer.in_features);
            layer.weight!.uniform_(-bound, bound, random);
            layer.bias!.uniform_(-bound, bound, random);
        }

        foreach (var parameter in recurrent.parameters())
        {
            var bound = 1 / Math.Sqrt(_config.Hidden);
            parameter.uniform_(-bound, bound, random);
        }
    }
}
