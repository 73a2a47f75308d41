using OrleansSeg.Model.Compression;
using OrleansSeg.Model.Tests.Text.FineTuning;
using OrleansSeg.Model.Text;
using OrleansSeg.Model.Text.Checkpoints;
using OrleansSeg.Model.Text.Transformer;
using static TorchSharp.torch;

namespace OrleansSeg.Model.Tests.Compression;

public sealed class PruningTests
{
    [Theory]
    [InlineData(BertFamily.Bert)]
    [InlineData(BertFamily.Roberta)]
    [InlineData(BertFamily.DistilBert)]
    public void CutModel_TellsWhatTheWholeOneTells_WithTheUnitsClosed_AndGoesOnTellingItOnceLoaded(BertFamily family)
    {
        using var folder = new SmallFolder(SmallFolder.Config with { Family = family, TokenTypes = family == BertFamily.DistilBert ? 0 : 2 });
        using var whole = folder.Read();
        Unit[] units = [new(0, true, 1), new(0, true, 3), new(2, true, 0), new(1, false, 5), new(1, false, 39), new(3, false, 0), new(0, false, 17)];
        using var cut = Pruning.Cut(whole, units);
        using var batch = SmallEncoder.Batch(3);
        using var gates = new UnitGates(whole.Encoder);
        gates.Close(units);
        var (expected, told, open) = (SmallEncoder.States(whole.Encoder, batch, gates), SmallEncoder.States(cut.Encoder, batch), SmallEncoder.States(whole.Encoder, batch));
        Assert.All(expected.Zip(told), pair => Assert.Equal(pair.First, pair.Second, 1e-5f));
        Assert.Contains(expected.Zip(open), pair => Math.Abs(pair.First - pair.Second) > 0.01);

        cut.Write(folder.Part("cut"));
        using var loaded = TransformerTextEncoder.Load(folder.Part("cut"));
        Assert.Equal([2, 4, 3, 4], Enumerable.Range(0, 4).Select(layer => loaded.Config.Layer(layer).Heads));
        Assert.Equal([39, 38, 40, 39], loaded.Config.Intermediates.ToArray());
        using var again = TextModel.Read(folder.Part("cut"));
        Assert.Equal(told, SmallEncoder.States(again.Encoder, batch));
        Assert.True(again.WeightCount < whole.WeightCount);
    }

    [Fact]
    public void CutTwice_NamesHeadsAsTheyWereAtFirst()
    {
        using var folder = new SmallFolder();
        using var whole = folder.Read();
        using var once = Pruning.Cut(whole, [new(1, true, 1)]);
        using var twice = Pruning.Cut(once, [new(1, true, 1), new(1, false, 4)]);
        Assert.Equal([1, 2], twice.Config.PrunedHeads[1].ToArray());
        using var both = Pruning.Cut(whole, [new(1, true, 1), new(1, true, 2), new(1, false, 4)]);
        using var batch = SmallEncoder.Batch(3);
        Assert.Equal(SmallEncoder.States(both.Encoder, batch), SmallEncoder.States(twice.Encoder, batch));
    }

    [Fact]
    public void Cut_OfWhatIsNotThere_OrOfALayersLast_IsRefused()
    {
        using var folder = new SmallFolder();
        using var whole = folder.Read();
        Assert.Contains("not there", Assert.Throws<ArgumentException>(() => Pruning.Cut(whole, [new(4, true, 0)])).Message, StringComparison.Ordinal);
        Assert.Contains("not there", Assert.Throws<ArgumentException>(() => Pruning.Cut(whole, [new(0, true, -1)])).Message, StringComparison.Ordinal);
        Assert.Contains("not there", Assert.Throws<ArgumentException>(() => Pruning.Cut(whole, [new(0, false, 40)])).Message, StringComparison.Ordinal);
        Assert.Contains("would have 0 heads", Assert.Throws<ArgumentException>(() => Pruning.Cut(whole, [.. Enumerable.Range(0, 4).Select(head => new Unit(2, true, head))])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Least_TakesTheLowestOverAllLayers_AndLeavesEachLayerOne()
    {
        var scores = new Dictionary<Unit, double>
        {
            [new(0, true, 0)] = 0.01, [new(0, true, 1)] = 0.02, [new(1, true, 0)] = 0.5, [new(1, true, 1)] = 0.4, [new(0, false, 0)] = 0.3, [new(0, false, 1)] = 0.1,
        };
        Assert.Equal([new(0, true, 0), new(1, true, 1)], Pruning.Least(scores, 0.5, 0));
        Assert.Equal([new(0, true, 0), new(1, true, 1), new(0, false, 1)], Pruning.Least(scores, 0.99, 0.5));
        Assert.Throws<ArgumentOutOfRangeException>(() => Pruning.Least(scores, 1, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => Pruning.Least(scores, 0, double.NaN));
    }

    [Theory]
    [InlineData(TextHead.None)]
    [InlineData(TextHead.TokenClassification)]
    [InlineData(TextHead.SequenceClassification)]
    public void UnitsThatDoNothing_MatterLeast_AndASeedGivesTheSameScores(TextHead head)
    {
        using var folder = new SmallFolder(SmallFolder.Config with { Head = head, Labels = head == TextHead.None ? [] : ["O", "buy", "search"] });
        using var whole = folder.Read();
        Unit[] idle = [new(0, true, 2), new(2, true, 1), new(1, false, 7), new(3, false, 30)];
        Silence(whole, idle);
        var texts = SmallFolder.Texts(60, 4).Select(whole.Tokenize).ToList();
        var scores = UnitImportance.Of(whole, texts, 1, null, CancellationToken.None);
        Assert.Equal(4 * (4 + 40), scores.Count);
        Assert.All(idle, unit => Assert.Equal(0, scores[unit], 1e-9));
        Assert.Equal(idle.Length, scores.Values.Count(score => score < 1e-9));
        using (var cut = Pruning.Cut(whole, idle))
        {
            cut.Write(folder.Part("cut"));
        }

        using (var loaded = TextCheckpoint.Load(folder.Part("cut")))
        {
            Assert.Equal(head, loaded.Config.Head);
        }

        Assert.Equal(scores, UnitImportance.Of(whole, texts, 1, null, CancellationToken.None));
    }

    // A unit gives nothing where what takes it up is 0.
    private static void Silence(TextModel model, IEnumerable<Unit> units)
    {
        using var quiet = no_grad();
        var weights = model.Encoder.named_parameters().ToDictionary(pair => pair.name, pair => pair.parameter);
        foreach (var unit in units)
        {
            var width = unit.IsHead ? model.Config.Hidden / model.Config.Heads : 1;
            weights[$"encoder.layer.{unit.Layer}.{(unit.IsHead ? "attention.output" : "output")}.dense.weight"].narrow(1, unit.Index * width, width).zero_();
        }
    }
}
