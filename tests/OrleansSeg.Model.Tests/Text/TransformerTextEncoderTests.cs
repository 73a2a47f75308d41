using OrleansSeg.Model.Text;
using OrleansSeg.Model.Text.Checkpoints;
using OrleansSeg.Model.Text.Transformer;
using OrleansSeg.Model.Tests.Text.Checkpoints;

namespace OrleansSeg.Model.Tests.Text;

public sealed class TransformerTextEncoderTests : IDisposable
{
    private static readonly string[] Vocabulary =
        ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "red", "mug", "tea", "##pot", "blue", "退", "货", "a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k"];

    private readonly string _folder = Directory.CreateTempSubdirectory("orleansseg-encoder-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void ManyTexts_HaveTheVectorsOfEachAlone_InTheirOrder()
    {
        string[] texts = ["red mug", "退货 blue teapot", "", "red mug", "a b c d e f g h i j k a b c"];
        using var encoder = Load();
        using var other = Load();
        var together = encoder.EncodeAll(texts);
        for (var i = 0; i < texts.Length; i++)
        {
            var alone = other.Encode(texts[i]).ToArray();
            Assert.Equal(12, alone.Length);
            Assert.All(alone.Zip(together[i]), pair => Assert.Equal(pair.First, pair.Second, 4));
        }

        Assert.Same(together[0], together[3]);
        Assert.NotEqual(together[0], together[1]);
    }

    [Fact]
    public void Batches_HoldLikeLengths_WithinTheBudget()
    {
        var texts = Enumerable.Range(0, 500).Select(i => ($"{i}", new int[1 + (i * 37 % 400)])).ToList();
        var batches = TransformerTextEncoder.Batches(texts).ToList();
        Assert.Equal(texts.Select(text => text.Item1).Order(), batches.SelectMany(batch => batch).Select(entry => entry.Text).Order());
        Assert.All(batches, batch => Assert.InRange(batch.Max(entry => entry.Ids.Length) * batch.Count, 1, TransformerTextEncoder.BatchTokensMax));
        Assert.InRange(batches.Sum(batch => batch.Max(entry => entry.Ids.Length) * batch.Count) / (double)texts.Sum(text => text.Item2.Length), 1, 1.1);
    }

    [Fact]
    public void OneTextBeyondTheBudget_IsABatchAlone() =>
        Assert.Equal([1, 2], TransformerTextEncoder.Batches([("a", new int[9000]), ("b", new int[10]), ("c", new int[10])]).Select(batch => batch.Count));

    [Fact]
    public async Task CallsOnManyThreads_Agree_AndDisposalWaitsForTheRunning()
    {
        var encoder = Load();
        var expected = encoder.Encode("red teapot").ToArray();
        var calls = Enumerable.Range(0, 8).Select(i => Task.Run(() =>
        {
            var found = encoder.EncodeAll([.. Enumerable.Range(0, 40).Select(j => $"red {(char)('a' + (j % 11))} {i}"), "red teapot"]);
            Assert.All(found[^1].Zip(expected), pair => Assert.Equal(pair.First, pair.Second, 4));
        })).ToArray();
        await Task.WhenAll(calls);
        encoder.Dispose();
        encoder.Dispose();
        Assert.Throws<ObjectDisposedException>(() => encoder.EncodeAll(["new"]));
    }

    [Theory]
    [InlineData(22, 23)]
    [InlineData(23, 2000)]
    public void VocabularyOfAnotherModel_IsRefused(int rows, int ids)
    {
        var config = TinyCheckpoint.Config(BertFamily.Bert) with { VocabularySize = Math.Max(rows, ids) == 2000 ? 2000 : rows };
        Save(config, ids == 2000 ? Vocabulary : [.. Vocabulary.Take(ids)]);
        Assert.Contains("they are of different models", Assert.Throws<CheckpointException>(() => TransformerTextEncoder.Load(_folder)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void LongText_IsCutToTheFoldersOwnLength()
    {
        Save(TinyCheckpoint.Config(BertFamily.Bert), Vocabulary);
        File.WriteAllText(Path.Combine(_folder, "sentence_bert_config.json"), """{"max_seq_length":6,"do_lower_case":false}""");
        using var encoder = TransformerTextEncoder.Load(_folder);
        Assert.Equal(6, encoder.TokensMax);
        Assert.Equal(encoder.Encode("a b c d").ToArray(), encoder.EncodeAll(["a b c d e f g h i j k"])[0]);
    }

    private TransformerTextEncoder Load()
    {
        Save(TinyCheckpoint.Config(BertFamily.Bert), Vocabulary);
        return TransformerTextEncoder.Load(_folder);
    }

    private void Save(BertFamilyConfig config, string[] vocabulary)
    {
        TinyCheckpoint.Save(_folder, config, TinyCheckpoint.Weights(config, "bert."));
        File.WriteAllLines(Path.Combine(_folder, "vocab.txt"), vocabulary);
    }
}
