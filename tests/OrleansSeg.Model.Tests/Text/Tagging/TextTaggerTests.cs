using System.Text;
using OrleansSeg.Model.Tests.Text.FineTuning;
using OrleansSeg.Model.Text.Checkpoints;
using OrleansSeg.Model.Text.FineTuning;
using OrleansSeg.Model.Text.Tagging;
using OrleansSeg.Model.Text.Tokenization;
using OrleansSeg.Model.Text.Transformer;
using OrleansSeg.Model.Training;

namespace OrleansSeg.Model.Tests.Text.Tagging;

public sealed class TextTaggerTests : IDisposable
{
    private static readonly List<TaggedText> Texts = [.. SmallTexts.Write(240, seed: 1)];
    private static readonly List<TaggedText> Others = [.. SmallTexts.Write(60, seed: 2)];
    private static readonly IReadOnlyList<string> Vocabulary = WordPieceTrainer.Train(Texts.Select(text => text.Text), 200);
    private static readonly TagLabels Labels = TagLabels.Of(Texts, hasBeginnings: false);
    private static readonly Dictionary<string, byte[]> TokenizerFiles = new() { ["vocab.txt"] = Encoding.UTF8.GetBytes(string.Join('\n', Vocabulary) + "\n") };
    private static readonly FineTuningOptions Options = new() { Epochs = 6, LearningRate = 3e-3, Threads = 1 };

    private readonly string _folder = Directory.CreateTempSubdirectory("orleansseg-tagger-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void TrainedTagger_FindsWhatOthersWrote_AndDoesOnceLoaded()
    {
        using var tagger = Train(Options).Tagger;
        var report = TaggingReport.Of(Labels, Others, tagger.TagWords(Others));
        Assert.True(report.Entities.Overall.F1 > 0.9, $"{report.Entities.Overall}");

        tagger.Save(_folder, TokenizerFiles);
        using var loaded = TextTagger.Load(_folder);
        var texts = Others.Select(text => text.Text).ToList();
        Assert.Equal(tagger.Tag(texts).Select(spans => spans.ToArray()), loaded.Tag(texts).Select(spans => spans.ToArray()));
        Assert.Equal(Labels.Names.ToArray(), loaded.Labels.Names.ToArray());
        var sentence = "today i bought the red lamp thanks";
        var span = Assert.Single(loaded.Tag([sentence])[0]);
        Assert.Equal(("buy", "bought the red lamp"), (span.Label, sentence[span.Start..span.End]));
    }

    [Theory]
    [InlineData(AdapterKind.Lora)]
    [InlineData(AdapterKind.AdaLora)]
    [InlineData(AdapterKind.Bottleneck)]
    public void TaggerWithAnAdapter_TellsTheSame_MergedOrSavedApart(AdapterKind kind)
    {
        var trained = Train(Options with { Epochs = 2, LearningRate = 1e-2, Adapter = new AdapterOptions { Kind = kind, Targets = AdapterOptions.AllTargets } });
        using var tagger = trained.Tagger;
        Assert.True(trained.Figures.TrainedShare < 0.5);
        var told = tagger.TagWords(Others);
        tagger.Save(_folder, TokenizerFiles);
        using (var apart = TextTagger.Load(_folder))
        {
            Assert.Equal(told, apart.TagWords(Others));
        }

        tagger.Merge();
        var merged = tagger.TagWords(Others).SelectMany(ids => ids).Zip(told.SelectMany(ids => ids), (one, other) => one == other).ToList();
        Assert.True(merged.Count(same => same) > 0.99 * merged.Count);
    }

    [Fact]
    public void SameSeedTwice_GivesTheSameTagger()
    {
        using var one = Train(Options with { Epochs = 1 }).Tagger;
        using var other = Train(Options with { Epochs = 1 }).Tagger;
        one.Save(Path.Combine(_folder, "one"), TokenizerFiles);
        other.Save(Path.Combine(_folder, "other"), TokenizerFiles);
        Assert.Equal(File.ReadAllBytes(Path.Combine(_folder, "one", "model.safetensors")), File.ReadAllBytes(Path.Combine(_folder, "other", "model.safetensors")));
    }

    [Fact]
    public void TextLongerThanTheModelReads_IsToldToItsEnd()
    {
        using var tagger = Train(Options).Tagger;
        var many = string.Join(" thanks . ", Enumerable.Repeat("i bought the red lamp", 20));
        var spans = tagger.Tag([many])[0];
        Assert.True(spans.Length >= 15, $"{spans.Length} of 20");
        Assert.True(spans[^1].Start > many.Length - 40);
        Assert.Empty(tagger.Tag([""])[0]);
    }

    [Fact]
    public void FolderOfAnotherTask_IsRefused_AndSoIsAVocabularyThatDoesNotFit()
    {
        using var tagger = Train(Options with { Epochs = 1 }).Tagger;
        var large = Encoding.UTF8.GetBytes(string.Join('\n', Vocabulary.Concat(Enumerable.Range(0, 50).Select(i => $"more{i}"))) + "\n");
        tagger.Save(_folder, new Dictionary<string, byte[]> { ["vocab.txt"] = large });
        Assert.StartsWith("The tokenizer has ids up to ", Assert.Throws<CheckpointException>(() => TextTagger.Load(_folder)).Message, StringComparison.Ordinal);

        var config = Path.Combine(_folder, "config.json");
        File.WriteAllText(config, File.ReadAllText(config).Replace("BertForTokenClassification", "BertModel", StringComparison.Ordinal));
        Assert.EndsWith(" is of no token classifier: its head is None.", Assert.Throws<CheckpointException>(() => TextTagger.Load(_folder)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void TextsWithoutALabel_AreNotEnough()
    {
        var plain = Texts.ConvertAll(text => text with { Spans = [] });
        Assert.Throws<InsufficientDataException>(() => Trainer(Options).Train(TagLabels.Of(plain, false), plain, [], null, default));
    }

    private static TrainedTagger Train(FineTuningOptions options) => Trainer(options).Train(Labels, Texts, Others, null, default);

    private static TaggerTrainer Trainer(FineTuningOptions options)
    {
        var encoder = SmallEncoder.Create(SmallEncoder.Config with { VocabularySize = Vocabulary.Count, Hidden = 32, Intermediate = 64, Positions = 24, Head = TextHead.None, Labels = [] }, seed: 1, scale: 1);
        return new TaggerTrainer(WordPieceTextTokenizer.Of(Vocabulary), encoder, options);
    }
}
