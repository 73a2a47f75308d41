using OrleansSeg.Model.Text.Checkpoints;
using OrleansSeg.Model.Text.Transformer;
using TorchSharp;
using static TorchSharp.torch;

namespace OrleansSeg.Model.Tests.Text.Checkpoints;

/// <summary>Against <see cref="ReferenceBert"/>, with texts of different lengths in one batch.</summary>
public sealed class CheckpointParityTests : IDisposable
{
    private static readonly int[][] Texts = [[2, 7, 22, 5, 9, 3, 11, 13], [2, 4, 3], [2, 21, 6, 15, 3]];
    private static readonly int[][] Types = [[0, 0, 0, 0, 1, 1, 1, 1], [0, 0, 0], [0, 1, 1, 1, 1]];

    private readonly string _folder = Directory.CreateTempSubdirectory("orleansseg-parity-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(BertFamily.Bert, "", Activation.Gelu)]
    [InlineData(BertFamily.Bert, "bert.", Activation.GeluTanh)]
    [InlineData(BertFamily.Roberta, "roberta.", Activation.Gelu)]
    [InlineData(BertFamily.Roberta, "", Activation.Relu)]
    [InlineData(BertFamily.DistilBert, "distilbert.", Activation.Gelu)]
    [InlineData(BertFamily.DistilBert, "", Activation.Relu)]
    public void States_OfPaddedTexts_AgreeWithTheReference(BertFamily family, string prefix, Activation activation)
    {
        var config = TinyCheckpoint.Config(family) with { Activation = activation };
        var weights = TinyCheckpoint.Weights(config, prefix);
        var reference = new ReferenceBert(config, weights, prefix);
        using var checkpoint = TextCheckpoint.Load(TinyCheckpoint.Save(_folder, config, weights));
        using var batch = TokenBatch.Of(Texts, config.PaddingId, Types);
        using var states = checkpoint.Encoder.Forward(batch);
        for (var b = 0; b < Texts.Length; b++)
        {
            Near(reference.States(Texts[b], Types[b], Texts[b].Length).SelectMany(state => state), states[b].narrow(0, 0, Texts[b].Length));
        }
    }

    [Theory]
    [InlineData(BertFamily.Bert, "bert.")]
    [InlineData(BertFamily.Roberta, "roberta.")]
    [InlineData(BertFamily.DistilBert, "distilbert.")]
    public void SequenceHead_AgreesWithTheReference(BertFamily family, string prefix)
    {
        var (checkpoint, reference, states) = Run(family, TextHead.SequenceClassification, prefix);
        using var logits = checkpoint.SequenceLogits(states);
        Near(Texts.SelectMany((text, b) => reference.SequenceLogits(reference.States(text, Types[b], text.Length))), logits);
        Assert.Throws<InvalidOperationException>(() => checkpoint.TokenLogits(states));
    }

    [Theory]
    [InlineData(BertFamily.Bert, "bert.")]
    [InlineData(BertFamily.Roberta, "roberta.")]
    [InlineData(BertFamily.DistilBert, "distilbert.")]
    public void TokenAndMaskedHeads_AgreeWithTheReference(BertFamily family, string prefix)
    {
        var (tagger, reference, states) = Run(family, TextHead.TokenClassification, prefix);
        using var tags = tagger.TokenLogits(states);
        Near(reference.States(Texts[0], Types[0], 8).SelectMany(reference.TokenLogits), tags[0]);
        var (masker, maskedReference, maskedStates) = Run(family, TextHead.MaskedLanguage, prefix);
        using var words = masker.MaskedLogits(maskedStates);
        Near(maskedReference.States(Texts[0], Types[0], 8).SelectMany(maskedReference.MaskedLogits), words[0]);
    }

    [Fact]
    public void PaddingWithinRoberta_StaysAtThePaddingsPosition()
    {
        // A masked-out text may hold the padding's id before its end too: positions are counted over the others.
        var config = TinyCheckpoint.Config(BertFamily.Roberta);
        var weights = TinyCheckpoint.Weights(config, "");
        using var checkpoint = TextCheckpoint.Load(TinyCheckpoint.Save(_folder, config, weights));
        int[] text = [2, 1, 7, 1, 3];
        using var batch = TokenBatch.Of([text], config.PaddingId);
        using var states = checkpoint.Encoder.Forward(batch);
        Near(new ReferenceBert(config, weights, "").States(text, new int[5], 5).SelectMany(state => state), states);
    }

    private (TextCheckpoint Checkpoint, ReferenceBert Reference, Tensor States) Run(BertFamily family, TextHead head, string prefix)
    {
        var config = TinyCheckpoint.Config(family, head);
        var weights = TinyCheckpoint.Weights(config, prefix);
        var checkpoint = TextCheckpoint.Load(TinyCheckpoint.Save(Path.Combine(_folder, $"{family}{head}"), config, weights));
        using var batch = TokenBatch.Of(Texts, config.PaddingId, Types);
        return (checkpoint, new ReferenceBert(config, weights, prefix), checkpoint.Encoder.Forward(batch));
    }

    private static void Near(IEnumerable<double> expected, Tensor found)
    {
        var (wanted, numbers) = (expected.ToArray(), found.contiguous().data<float>().ToArray());
        Assert.Equal(wanted.Length, numbers.Length);
        Assert.InRange(wanted.Zip(numbers, (one, other) => Math.Abs(one - other)).Max(), 0, 1e-5);
    }
}
