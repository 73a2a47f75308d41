using System.Text.Json.Serialization;
using OrleansSeg.Model.Native;
using OrleansSeg.Model.Text.Transformer;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace OrleansSeg.Model.Sequences;

/// <summary>What reads a customer's steps.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<SequenceEncoderKind>))]
public enum SequenceEncoderKind
{
    /// <summary>A gated recurrent unit, whose last state counts (Cho et al. 2014, arXiv:1406.1078).</summary>
    [JsonStringEnumMemberName("gru")]
    Gru,

    /// <summary>Layers of attention of every step to every step (Vaswani et al. 2017, arXiv:1706.03762), of which the mean state counts.</summary>
    [JsonStringEnumMemberName("transformer")]
    Transformer,

    /// <summary>Nothing: aggregates and profile alone.</summary>
    [JsonStringEnumMemberName("none")]
    None,

    /// <summary>A gated recurrent unit in a member that reads the steps alone, neither aggregates nor profile.</summary>
    /// <remarks>
    /// Once the model is tuned such a member is fitted again on all that has matured. What it reads, ages and gaps, means the same at any
    /// time, so it can follow a shop as it is by now without taking the newest season for a law; the other members stay as validation chose them.
    /// </remarks>
    [JsonStringEnumMemberName("grualone")]
    GruAlone,
}

/// <summary>Steps as one vector. B batch, T steps, H hidden.</summary>
internal abstract class SequenceEncoder(string name) : nn.Module(name)
{
    /// <summary>Makes an encoder with random weights.</summary>
    /// <param name="kind">Which; not <see cref="SequenceEncoderKind.None"/>.</param>
    /// <param name="config">The network's shape.</param>
    public static SequenceEncoder Create(SequenceEncoderKind kind, NetworkConfig config) => kind switch
    {
        SequenceEncoderKind.Gru or SequenceEncoderKind.GruAlone => new GruEncoder(config.Hidden),
        SequenceEncoderKind.Transformer => new AttentionEncoder(config),
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "It reads no steps."),
    };

    /// <summary>(B, T, H) and the steps' real counts (B) -> (B, H).</summary>
    /// <param name="steps">The steps, zeros after a customer's last.</param>
    /// <param name="lengths">Real steps, at least 1.</param>
    /// <param name="random">Draws the dropout of training; null in evaluation.</param>
    public Tensor Forward(Tensor steps, Tensor lengths, Generator? random)
    {
        using var scope = NewDisposeScope();
        return Pool(States(steps, lengths, random), lengths).MoveToOuterDisposeScope();
    }

    /// <summary>What is known at each step: (B, T, H) -> (B, T, H). Those after a customer's last mean nothing.</summary>
    public abstract Tensor States(Tensor steps, Tensor lengths, Generator? random);

    /// <summary>The states as one vector: (B, T, H) -> (B, H).</summary>
    protected abstract Tensor Pool(Tensor states, Tensor lengths);

    /// <summary>Draws the weights.</summary>
    public abstract void Draw(Generator random);

    private sealed class GruEncoder : SequenceEncoder
    {
        private readonly int _hidden;
        private readonly GRU recurrent;

        public GruEncoder(int hidden)
            : base(nameof(GruEncoder))
        {
            _hidden = hidden;
            recurrent = nn.GRU(hidden, hidden, batchFirst: true);
            RegisterComponents();
        }

        public override Tensor States(Tensor steps, Tensor lengths, Generator? random)
        {
            var (states, last) = recurrent.forward(steps);
            last.Dispose();
            return states;
        }

        protected override Tensor Pool(Tensor states, Tensor lengths)
        {
            var last = lengths.Plus(-1).unsqueeze(1).unsqueeze(2); // (B) -> (B, 1, 1)
            return states.take_along_dim(last, 1).squeeze(1); // (B, T, H) -> (B, H)
        }

        public override void Draw(Generator random)
        {
            var bound = 1 / Math.Sqrt(_hidden);
            foreach (var parameter in recurrent.parameters())
            {
                parameter.uniform_(-bound, bound, random);
            }
        }
    }

    private sealed class AttentionEncoder : SequenceEncoder
    {
        private const int HeadWidth = 16;
        private readonly BertStack stack;

        public AttentionEncoder(NetworkConfig config)
            : base(nameof(AttentionEncoder))
        {
            // Steps say when they were: no table of positions, as no table of words.
            stack = new BertStack(new BertFamilyConfig
            {
                VocabularySize = 1,
                Positions = 1,
                Hidden = config.Hidden,
                Layers = config.AttentionLayers,
                Heads = HeadsOf(config.Hidden),
                Intermediate = 2 * config.Hidden,
                Dropout = config.Dropout,
            });
            RegisterComponents();
        }

        public override Tensor States(Tensor steps, Tensor lengths, Generator? random)
        {
            using var scope = NewDisposeScope();
            var real = Real(steps, lengths);
            var bias = zeros(real.shape, device: steps.device).Masked(real.logical_not(), finfo(float32).min).unsqueeze(1).unsqueeze(2); // (B, 1, 1, T)
            return stack.Forward(steps, bias, new EncoderPass(random, null)).MoveToOuterDisposeScope();
        }

        protected override Tensor Pool(Tensor states, Tensor lengths)
        {
            var counted = Real(states, lengths).to(float32).unsqueeze(2); // (B, T, 1)
            return (states * counted).sum(1) / counted.sum(1); // (B, T, H) -> (B, H)
        }

        public override void Draw(Generator random) => Blank.Draw(stack, random);

        // (B, T) true for a customer's own steps.
        private static Tensor Real(Tensor steps, Tensor lengths) =>
            TensorNumbers.CountUp(steps.shape[1], steps.device).unsqueeze(0).less(lengths.unsqueeze(1));

        private static int HeadsOf(int hidden) => hidden % HeadWidth == 0 ? hidden / HeadWidth : 1;
    }
}
