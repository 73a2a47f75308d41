using OrleansSeg.Model.Native;
using OrleansSeg.Model.Text.FineTuning;
using OrleansSeg.Model.Text.Pooling;
using OrleansSeg.Model.Text.Transformer;
using TorchSharp;
using static TorchSharp.torch;

namespace OrleansSeg.Model.Compression;

/// <summary>A student's loss over what its teacher tells. B texts, T tokens, H width of the teacher, R real tokens, L labels.</summary>
internal sealed class DistillationTask(TextModel teacher, TextModel student, PoolingDense? projection, DistillationOptions options, IReadOnlyList<int[]> heldOut)
    : FineTuningTask<int[]>
{
    protected override string Stage => "student";

    protected override int[] IdsOf(int[] part) => part;

    protected override Tensor Loss(Tensor states, int[][] parts, Generator dropout)
    {
        using var scope = NewDisposeScope();
        using var tokens = TokenBatch.Of(parts, teacher.Config.PaddingId);
        var truth = Taught(tokens); // (B, T, H)
        var seen = projection?.Forward(states) ?? states; // (B, T, h) -> (B, T, H)
        var real = tokens.Mask.flatten().nonzero().flatten(); // (R)
        var told = teacher.Head switch
        {
            TokenHead head => OfLabels(Logits(head, truth, real), Logits((TokenHead)student.Head!, states, real)),
            SequenceHead head => OfLabels(Quietly(() => head.Forward(truth)), ((SequenceHead)student.Head!).Forward(states)),
            _ => OfVectors(Quietly(() => teacher.Pooling.Forward(truth, tokens.Mask)), student.Pooling.Forward(seen, tokens.Mask)),
        };
        var (one, other) = (truth.flatten(0, 1).index_select(0, real), seen.flatten(0, 1).index_select(0, real)); // (R, H)
        var spread = (one - one.mean([0L])).Squared().mean();
        var apart = (one - other).Squared().mean() / spread.AtLeast(1e-12);
        return told.Plus(apart.Times(options.StatesWeight)).MoveToOuterDisposeScope();
    }

    protected override double Validate(CancellationToken cancellationToken)
    {
        using var quiet = no_grad();
        var sum = 0.0;
        foreach (var batch in heldOut.OrderBy(text => text.Length).Chunk(options.BatchSize))
        {
            cancellationToken.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            using var tokens = TokenBatch.Of(batch, student.Config.PaddingId);
            using var none = new Generator(0);
            sum += Loss(student.Encoder.Forward(tokens), batch, none).item<float>() * batch.Length;
        }

        return -sum / heldOut.Count;
    }

    private static Tensor Logits(TokenHead head, Tensor states, Tensor real) => head.Forward(states.flatten(0, 1).index_select(0, real)); // (B, T, ·) -> (R, L)

    // Scaled so that gradients do not shrink as the temperature grows.
    private Tensor OfLabels(Tensor truth, Tensor told)
    {
        var chances = truth.detach().Over(options.Temperature).softmax(1);
        return (chances * told.Over(options.Temperature).log_softmax(1)).sum(1).mean().Times(-options.Temperature * options.Temperature);
    }

    private static Tensor OfVectors(Tensor truth, Tensor told) => nn.functional.cosine_similarity(truth, told, 1).mean().neg().Plus(1);

    private Tensor Taught(TokenBatch tokens) => Quietly(() => teacher.Encoder.Forward(tokens));

    private static Tensor Quietly(Func<Tensor> work)
    {
        using var quiet = no_grad();
        return work();
    }
}

/// <summary>What is trained beside a student's encoder: its head, and the product that makes its states as wide as the teacher's. Others dispose them.</summary>
internal sealed class TaughtParts : nn.Module
{
    private readonly nn.Module? head;
    private readonly PoolingDense? projection;

    public TaughtParts(nn.Module? head, PoolingDense? projection)
        : base(nameof(TaughtParts))
    {
        (this.head, this.projection) = (head, projection);
        RegisterComponents();
    }
}
