using System.Text;
using OrleansSeg.Model.Tests.Text.FineTuning;
using OrleansSeg.Model.Text.Checkpoints;
using OrleansSeg.Model.Text.Classification;
using OrleansSeg.Model.Text.FineTuning;
using OrleansSeg.Model.Text.Tokenization;
using OrleansSeg.Model.Text.Transformer;
using OrleansSeg.Model.Training;
using TorchSharp;

namespace OrleansSeg.Model.Tests.Text.Classification;

public sealed class TextClassifierTests : IDisposable
{
    private static readonly string[] Labels = ["bad", "good", "none"];
    private static readonly List<LabelledText> Texts = [.. Write(240, seed: 1)];
    private static readonly List<LabelledText> Others = [.. Write(60, seed: 2)];
    private static readonly IReadOnlyList<string> Vocabulary = WordPieceTrainer.Train(Texts.Select(text => text.Text), 200);
    private static readonly Dictionary<string, byte[]> TokenizerFiles = new() { ["vocab.txt"] = Encoding.UTF8.GetBytes(string.Join('\n', Vocabulary) + "\n") };
    private static readonly FineTuningOptions Options = new() { Epochs = 15, LearningRate = 3e-3, Threads = 1 };

    private readonly string _folder = Directory.CreateTempSubdirectory("orleansseg-classifier-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void TrainedClassifier_TellsWhatOthersWrote_AndDoesOnceLoaded()
    {
        var (classifier, figures) = Train(Options);
        using var _ = classifier;
        var told = classifier.Classify([.. Others.Select(text => text.Text)]);
        var report = ClassificationReport.Of(Labels, Others, told);
        Assert.True(report.MacroF1 > 0.9, $"{report}");
        Assert.Equal((report.MacroF1, 1.0), (figures.Validation, figures.TrainedShare));
        Assert.All(told, chances => Assert.Equal(1, chances.Sum(), 1e-5));

        classifier.Save(_folder, TokenizerFiles);
        using var loaded = TextClassifier.Load(_folder);
        Assert.Equal(Labels, loaded.Labels);
        Assert.Equal(told, loaded.Classify([.. Others.Select(text => text.Text)]));
        using var published = TextCheckpoint.Load(_folder);
        Assert.Equal((TextHead.SequenceClassification, 0), (published.Config.Head, published.UnusedTensors.Count));
    }

    [Theory]
    [InlineData(AdapterKind.Lora)]
    [InlineData(AdapterKind.AdaLora)]
    [InlineData(AdapterKind.Bottleneck)]
    public void ClassifierWithAnAdapter_TellsTheSame_MergedOrSavedApart(AdapterKind kind)
    {
        var (classifier, figures) = Train(Options with { Epochs = 3, LearningRate = 1e-2, Adapter = new AdapterOptions { Kind = kind, Targets = AdapterOptions.AllTargets } });
        using var _ = classifier;
        Assert.True(figures.TrainedShare < 0.6);
        string[] texts = [.. Others.Select(text => text.Text), ""];
        var told = classifier.Classify(texts);
        classifier.Save(_folder, TokenizerFiles);
        using (var apart = TextClassifier.Load(_folder))
        {
            Assert.Equal(told, apart.Classify(texts));
        }

        classifier.Merge();
        Assert.All(told.Zip(classifier.Classify(texts)), pair => Assert.All(pair.First.Zip(pair.Second), one => Assert.Equal(one.First, one.Second, 1e-4f)));
    }

    [Theory]
    [InlineData(null)]
    [InlineData(AdapterKind.Lora)]
    public void MixedPrecision_TellsAsWell_OnWeightsThatStayFp32(AdapterKind? kind)
    {
        var options = Options with { LearningRate = kind is null ? 3e-3 : 1e-2, Adapter = kind is { } some ? new AdapterOptions { Kind = some, Targets = AdapterOptions.AllTargets } : null };
        // Seed 1 stays on a plateau, in fp32 too at lower rates.
        var (half, figures) = Train(options with { Seed = 2, MixedPrecision = true });
        using var _ = half;
        var (whole, others) = Train(options with { Seed = 2 });
        using var __ = whole;
        Assert.True(figures.Validation > others.Validation - 0.05, $"{figures} {others}");
        Assert.All(half.Encoder.parameters().Concat(half.Head.parameters()), weight => Assert.Equal(torch.float32, weight.dtype));
        string[] texts = [.. Others.Select(text => text.Text)];
        Assert.NotEqual(whole.Classify(texts), half.Classify(texts));
    }

    [Fact]
    public void HeadAlone_LearnsOnAnEncoderThatStaysToTheBit()
    {
        using var before = Trainer(Options).Encoder;
        var (classifier, figures) = Train(Options with { HeadOnly = true, LearningRate = null });
        using var _ = classifier;
        Assert.Equal(1e-3, new FineTuningOptions { HeadOnly = true }.LearningRateInUse);
        Assert.All(before.named_parameters().Zip(classifier.Encoder.named_parameters()), pair => Assert.Equal(pair.First.parameter.data<float>().ToArray(), pair.Second.parameter.data<float>().ToArray()));
        Assert.Equal(classifier.Head.parameters().Sum(weight => weight.numel()), figures.TrainedWeights);
        Assert.Throws<ArgumentException>((Options with { HeadOnly = true, Adapter = new AdapterOptions() }).Check);
    }

    [Fact]
    public void SameSeedTwice_GivesTheSameClassifier()
    {
        byte[] Saved(int seed)
        {
            using var classifier = Train(Options with { Epochs = 1, Seed = seed }).Classifier;
            classifier.Save(Path.Combine(_folder, $"{seed}"), TokenizerFiles);
            return File.ReadAllBytes(Path.Combine(_folder, $"{seed}", "model.safetensors"));
        }

        Assert.Equal(Saved(1), Saved(1));
        Assert.NotEqual(Saved(1), Saved(2));
    }

    [Fact]
    public void PublishedPooler_IsWhatTheHeadBeginsWith()
    {
        var config = Config with { Head = TextHead.SequenceClassification, Labels = [.. Labels] };
        using var published = new Pooler(config, Activation.Tanh);
        using var head = new SequenceHead(config);
        using var random = new TorchSharp.torch.Generator(5);
        Blank.Draw(published, random);
        Blank.Draw(head, random);
        head.Begin(published);
        Assert.Equal(
            published.named_parameters().Select(pair => pair.parameter.data<float>().ToArray()),
            head.named_parameters().Where(pair => pair.name.StartsWith("pooler.", StringComparison.Ordinal)).Select(pair => pair.parameter.data<float>().ToArray()));
    }

    [Fact]
    public void FolderOfAnotherTask_OrOneLabelAlone_IsRefused()
    {
        using var classifier = Train(Options with { Epochs = 1 }).Classifier;
        classifier.Save(_folder, TokenizerFiles);
        var config = Path.Combine(_folder, "config.json");
        File.WriteAllText(config, File.ReadAllText(config).Replace("BertForSequenceClassification", "BertModel", StringComparison.Ordinal));
        Assert.EndsWith(" is of no classifier of texts: its head is None.", Assert.Throws<CheckpointException>(() => TextClassifier.Load(_folder)).Message, StringComparison.Ordinal);
        Assert.Equal(
            "A classifier needs texts of two labels at least; there are 240 texts, of 'good'.",
            Assert.Throws<InsufficientDataException>(() => Trainer(Options).Trainer.Train(["good"], Texts, [], null, default)).Message);
        Assert.StartsWith("There is no label 'none'; ", Assert.Throws<ArgumentException>(() => Trainer(Options).Trainer.Train(["bad", "good"], Texts, [], null, default)).Message, StringComparison.Ordinal);
    }

    private static TrainedTextClassifier Train(FineTuningOptions options) => Trainer(options).Trainer.Train(Labels, Texts, Others, null, default);

    private static BertFamilyConfig Config { get; } = SmallEncoder.Config with { VocabularySize = Vocabulary.Count, Hidden = 32, Intermediate = 64, Positions = 24, Head = TextHead.None, Labels = [] };

    private static (TextClassifierTrainer Trainer, BertEncoder Encoder) Trainer(FineTuningOptions options)
    {
        var encoder = SmallEncoder.Create(Config, seed: 1, scale: 1);
        return (new TextClassifierTrainer(WordPieceTextTokenizer.Of(Vocabulary), encoder, options), encoder);
    }

    private static IEnumerable<LabelledText> Write(int count, int seed)
    {
        var random = new Random(seed);
        string[] things = ["red lamp", "mug", "blue chair", "clock"];
        (string Label, string[] Words)[] said = [("good", ["love", "like"]), ("bad", ["hate", "returned"]), ("none", ["saw", "looked at"])];
        for (var i = 0; i < count; i++)
        {
            var (label, words) = said[random.Next(said.Length)];
            yield return new LabelledText($"today i {words[random.Next(words.Length)]} the {things[random.Next(things.Length)]} {random.Next(10)}", label);
        }
    }
}
