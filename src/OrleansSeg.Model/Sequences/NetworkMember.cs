using OrleansSeg.Model.Native;
using OrleansSeg.Model.Text.Transformer;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace OrleansSeg.Model.Sequences;

/// <summary>What one member of a network says, uncalibrated; belongs to the caller's scope.</summary>
/// <param name="Segments">(B, S) segment logits, the impossible ones not marked.</param>
/// <param name="Churn">(B) churn logit.</param>
/// <param name="Spend">(B) expected log(1 + spend).</param>
internal readonly record struct MemberHeads(Tensor Segments, Tensor Churn, Tensor Spend);

/// <summary>A sequence encoder fused with aggregates and profile, and three heads. B batch, T steps, H hidden, W aggregates, S segments.</summary>
/// <remarks>Weights and dropout draw from generators that are passed in, so that nothing else in the process can disturb a seed.</remarks>
internal sealed class NetworkMember : Module
{
    private const int TypeWidth = 8;
    private const int CategoryWidth = 8;
    private const int AttributeWidth = 8;
    private const int TypeBuckets = 16;

    private readonly NetworkConfig _config;
    private readonly bool _readsAggregates;
    private readonly Embedding type;
    private readonly Embedding category;
    private readonly Linear step;
    private readonly SequenceEncoder? sequence;
    private readonly Embedding attribute;
    private readonly Linear fuse;
    private readonly Linear mix;
    private readonly Linear segment;
    private readonly Linear churn;
    private readonly Linear spend;

    /// <summary>Makes a member with random weights.</summary>
    /// <param name="config">The network's shape.</param>
    /// <param name="kind">What reads the steps.</param>
    /// <param name="seed">Seed of the weights.</param>
    public NetworkMember(NetworkConfig config, SequenceEncoderKind kind, ulong seed)
        : base(nameof(NetworkMember))
    {
        _config = config;
        _readsAggregates = config.UseAggregates && kind != SequenceEncoderKind.GruAlone;
        var reads = kind != SequenceEncoderKind.None;
        var stepWidth = TypeWidth + CategoryWidth + config.StepNumbers + config.TextWidth;
        type = Embedding(TypeBuckets, TypeWidth);
        category = Embedding(config.CategoryBuckets, CategoryWidth);
        step = Linear(stepWidth, config.Hidden);
        sequence = reads ? SequenceEncoder.Create(kind, config) : null;
        attribute = Embedding(config.AttributeBuckets, AttributeWidth);
        fuse = Linear((reads ? config.Hidden : 0) + (_readsAggregates ? config.AggregateWidth + AttributeWidth : 0), config.FusionWidth);
        mix = Linear(config.FusionWidth, config.FusionWidth);
        segment = Linear(config.FusionWidth, config.Segments);
        churn = Linear(config.FusionWidth, 1);
        spend = Linear(config.FusionWidth, 1);
        RegisterComponents();
        this.KeepWeights();
        Draw(seed);
    }

    /// <summary>Width of its states (H).</summary>
    public int Hidden => _config.Hidden;

    /// <summary>The heads of a batch.</summary>
    /// <param name="batch">The inputs.</param>
    /// <param name="dropout">Draws the dropout of training; null in evaluation.</param>
    public MemberHeads Forward(EncodedBatch batch, Generator? dropout)
    {
        using var scope = NewDisposeScope();
        var heads = HeadsOf(Fuse(EmbedSteps(batch), batch.Lengths, batch.Aggregates, EmbedProfile(batch), dropout));
        return new MemberHeads(heads.Segments.MoveToOuterDisposeScope(), heads.Churn.MoveToOuterDisposeScope(), heads.Spend.MoveToOuterDisposeScope());
    }

    /// <summary>The steps as vectors, before they are read in their order: (B, T) and (B, T, ·) -> (B, T, H).</summary>
    public Tensor EmbedSteps(EncodedBatch batch)
    {
        using var scope = NewDisposeScope();
        var parts = cat([type.forward(batch.Types), category.forward(batch.Categories), batch.Numbers, batch.Texts], dim: 2);
        return functional.gelu(step.forward(parts)).MoveToOuterDisposeScope();
    }

    /// <summary>The vector of a step of nothing, which a customer has who did nothing: (1, 1, H).</summary>
    public Tensor EmbedNothing()
    {
        using var scope = NewDisposeScope();
        var none = zeros([1, 1], dtype: int64, device: step.weight!.device);
        var parts = cat([type.forward(none), category.forward(none), zeros([1, 1, _config.StepNumbers + _config.TextWidth], device: none.device)], dim: 2);
        return functional.gelu(step.forward(parts)).MoveToOuterDisposeScope();
    }

    /// <summary>The mean of the profile attributes' vectors: (B, A) -> (B, ·), zero where there are none.</summary>
    public Tensor EmbedProfile(EncodedBatch batch)
    {
        using var scope = NewDisposeScope();
        var present = batch.Attributes.Differs(0).unsqueeze(2).to(float32); // (B, A, 1)
        return ((attribute.forward(batch.Attributes) * present).sum(1) / present.sum(1).AtLeast(1)).MoveToOuterDisposeScope();
    }

    /// <summary>What is known at each step: (B, T, H) -> (B, T, H); null where it reads no steps.</summary>
    public Tensor? States(Tensor steps, Tensor lengths, Generator? dropout) => sequence?.States(steps.Drop(_config.Dropout, dropout), lengths, dropout);

    /// <summary>The weights that read steps: all that training without labels can teach.</summary>
    public IEnumerable<Parameter> StepWeights =>
        sequence is null ? [] : [.. type.parameters(), .. category.parameters(), .. step.parameters(), .. sequence.parameters()];

    /// <summary>The sequence as one vector: (B, T, H) and real counts (B) -> (B, H).</summary>
    public Tensor Read(Tensor steps, Tensor lengths, Generator? dropout)
    {
        using var scope = NewDisposeScope();
        return sequence is null
            ? zeros([steps.shape[0], 0], device: steps.device).MoveToOuterDisposeScope()
            : sequence.Forward(steps.Drop(_config.Dropout, dropout), lengths, dropout).MoveToOuterDisposeScope();
    }

    /// <summary>What the heads read: step vectors (B, T, H), their real counts (B), aggregates (B, W) and profile (B, ·) -> (B, F).</summary>
    public Tensor Fuse(Tensor steps, Tensor lengths, Tensor aggregates, Tensor profile, Generator? dropout)
    {
        using var scope = NewDisposeScope();
        var hidden = Read(steps, lengths, dropout); // (B, H)
        if (_readsAggregates)
        {
            hidden = cat([hidden, aggregates, profile], dim: 1);
        }

        var fused = functional.gelu(fuse.forward(hidden)).Drop(_config.Dropout, dropout);
        return functional.gelu(mix.forward(fused)).Drop(_config.Dropout, dropout).Plus(fused).MoveToOuterDisposeScope();
    }

    /// <summary>(B, F) -> the heads.</summary>
    public MemberHeads HeadsOf(Tensor fused) => new(segment.forward(fused), churn.forward(fused).squeeze(1), spend.forward(fused).squeeze(1));

    /// <summary>Multiplies all that the heads say.</summary>
    public void ScaleHeads(double factor)
    {
        using var quiet = no_grad();
        foreach (var head in new[] { segment, churn, spend })
        {
            head.weight!.TimesInPlace(factor);
            head.bias!.TimesInPlace(factor);
        }
    }

    /// <summary>Takes over the weights of a member of the same shape.</summary>
    public void CopyFrom(NetworkMember other)
    {
        using var quiet = no_grad();
        var theirs = other.state_dict();
        foreach (var (name, weight) in state_dict())
        {
            weight.copy_(theirs[name]);
        }
    }

    private void Draw(ulong seed)
    {
        using var quiet = no_grad();
        using var random = new Generator(seed);
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

        sequence?.Draw(random);
    }
}
