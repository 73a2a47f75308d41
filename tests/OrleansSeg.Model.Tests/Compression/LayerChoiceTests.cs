using OrleansSeg.Model.Compression;
using OrleansSeg.Model.Tests.Text.FineTuning;
using OrleansSeg.Model.Text;

namespace OrleansSeg.Model.Tests.Compression;

public sealed class LayerChoiceTests
{
    [Theory]
    [InlineData(12, 6, "0 2 4 7 9 11")]
    [InlineData(12, 12, "0 1 2 3 4 5 6 7 8 9 10 11")]
    [InlineData(4, 2, "0 3")]
    [InlineData(4, 1, "0")]
    public void EvenlySpaced_HoldsTheFirstAndTheLast(int all, int kept, string expected) =>
        Assert.Equal(expected, string.Join(' ', LayerChoice.EvenlySpaced(all, kept)));

    [Fact]
    public void KeptLayers_AreThoseOfTheWholeModel_WithWhatWasCutOutOfThem()
    {
        using var folder = new SmallFolder();
        using var whole = folder.Read();
        using var cut = Pruning.Cut(whole, [new(2, true, 3), new(0, true, 0), new(3, false, 1)]);
        using var kept = LayerChoice.Keep(cut, [2, 3]);
        Assert.Equal((2, 3, 4), (kept.Config.Layers, kept.Config.Layer(0).Heads, kept.Config.Layer(1).Heads));
        Assert.Equal([40, 39], kept.Config.Intermediates.ToArray());
        var (before, after) = (cut.Encoder.state_dict(), kept.Encoder.state_dict());
        Assert.All(after, pair => Assert.Equal(before[pair.Key.Replace("layer.1.", "layer.3.", StringComparison.Ordinal).Replace("layer.0.", "layer.2.", StringComparison.Ordinal)].data<float>().ToArray(), pair.Value.data<float>().ToArray()));
        kept.Write(folder.Part("kept"));
        using var loaded = TransformerTextEncoder.Load(folder.Part("kept"));
        Assert.Equal(2, loaded.Config.Layers);
        using var again = TextModel.Read(folder.Part("kept"));
        using var batch = SmallEncoder.Batch(1);
        Assert.Equal(SmallEncoder.States(kept.Encoder, batch), SmallEncoder.States(again.Encoder, batch));
    }

    [Theory]
    [InlineData(new int[0])]
    [InlineData(new[] { 4 })]
    [InlineData(new[] { -1, 2 })]
    [InlineData(new[] { 1, 1 })]
    [InlineData(new[] { 2, 1 })]
    public void LayersThatAreNotThere_AreRefused(int[] layers)
    {
        using var folder = new SmallFolder();
        using var whole = folder.Read();
        Assert.Contains("some of 0 to 3, in ascending order", Assert.Throws<ArgumentException>(() => LayerChoice.Keep(whole, [.. layers])).Message, StringComparison.Ordinal);
    }
}
