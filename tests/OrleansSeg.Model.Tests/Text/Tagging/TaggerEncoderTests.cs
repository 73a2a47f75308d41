using System.Text;
using OrleansSeg.Events;
using OrleansSeg.Model.Tests.Text.FineTuning;
using OrleansSeg.Model.Text.Checkpoints;
using OrleansSeg.Model.Text.FineTuning;
using OrleansSeg.Model.Text.Tagging;
using OrleansSeg.Model.Text.Tokenization;
using OrleansSeg.Model.Text.Transformer;

namespace OrleansSeg.Model.Tests.Text.Tagging;

public sealed class TaggerEncoderTests : IDisposable
{
    private static readonly List<TaggedText> Texts = [.. SmallTexts.Write(240, seed: 1)];
    private static readonly string[] Others = [.. SmallTexts.Write(60, seed: 2).Select(text => text.Text)];
    private static readonly IReadOnlyList<string> Vocabulary = WordPieceTrainer.Train(Texts.Select(text => text.Text), 200);

    private readonly string _folder = Directory.CreateTempSubdirectory("orleansseg-shared-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task AdaptersOfOneEncoder_AnswerAtTheSameTime_AsEachMergedModelAlone()
    {
        var kinds = Enum.GetValues<AdapterKind>();
        string[] folders = [.. kinds.Select((kind, number) => Train(kind, number + 1))];
        var parts = Array.ConvertAll(folders, TaggerParts.Of);
        Assert.All(parts, one => Assert.Equal(parts[0].Encoder, one.Encoder));

        using var encoder = TaggerEncoder.Load(Write("encoder", parts[0].Encoder));
        var shared = parts.Select((one, number) => encoder.Open(Write($"own-{number}", one.Own))).ToList();
        var expected = folders.Select(Merged).ToList();
        Assert.NotEqual(Shape(expected[0]), Shape(expected[1]));
        var answers = await Task.WhenAll(Enumerable.Range(0, 24).Select(call => Task.Run(() => (Which: call % shared.Count, Told: shared[call % shared.Count].Tag(Others)))));
        foreach (var (which, told) in answers)
        {
            Assert.Equal(Shape(expected[which]), Shape(Flat(told)));
            Assert.All(expected[which].Zip(Flat(told)), pair => Assert.Equal(pair.First.Probability, pair.Second.Probability, 1e-5f));
        }

        // The encoder outlives a tagger that shares it.
        shared[0].Dispose();
        Assert.Equal(Shape(expected[1]), Shape(Flat(shared[1].Tag(Others))));
        shared.Skip(1).ToList().ForEach(one => one.Dispose());
    }

    [Fact]
    public void PartsOfAnotherEncoder_OrDamagedOnes_AreRefused()
    {
        var parts = TaggerParts.Of(Train(AdapterKind.Lora, 1));
        using var other = TaggerEncoder.Load(Write("encoder", TaggerParts.Of(Train(null, 9)).Encoder));
        Assert.StartsWith("adapter_config.json is of an adapter for another encoder", Refused(Write("own", parts.Own)), StringComparison.Ordinal);
        Assert.StartsWith("labels.json holds no labels", Refused(Write("no-labels", new Dictionary<string, byte[]>(parts.Own) { ["labels.json"] = "{"u8.ToArray() })), StringComparison.Ordinal);
        Assert.Equal(
            "head.safetensors: tensor 'classifier.weight' is of shape (4, 32), expected (3, 32).",
            Refused(Write("other-labels", new Dictionary<string, byte[]>(parts.Own) { ["labels.json"] = """["O","buy","search"]"""u8.ToArray() })));
        Assert.StartsWith("head.safetensors cannot be read", Refused(Write("no-head", new Dictionary<string, byte[]>(parts.Own) { ["head.safetensors"] = [1] })), StringComparison.Ordinal);

        string Refused(string folder) => Assert.Throws<CheckpointException>(() => other.Open(folder)).Message;
    }

    private static List<TagSpan> Flat(IEnumerable<System.Collections.Immutable.ImmutableArray<TagSpan>> told) => [.. told.SelectMany(spans => spans)];

    private static IEnumerable<(int, int, string)> Shape(IEnumerable<TagSpan> spans) => spans.Select(span => (span.Start, span.End, span.Label));

    private static List<TagSpan> Merged(string folder)
    {
        using var alone = TextTagger.Load(folder);
        alone.Merge();
        return Flat(alone.Tag(Others));
    }

    private string Train(AdapterKind? kind, int seed)
    {
        var config = SmallEncoder.Config with { VocabularySize = Vocabulary.Count, Hidden = 32, Intermediate = 64, Positions = 24, Head = TextHead.None, Labels = [] };
        var options = new FineTuningOptions { Epochs = 3, LearningRate = 1e-2, Threads = 1, Seed = seed, Adapter = kind is { } one ? new AdapterOptions { Kind = one, Targets = AdapterOptions.AllTargets } : null };
        var trainer = new TaggerTrainer(WordPieceTextTokenizer.Of(Vocabulary), SmallEncoder.Create(config, seed: 1, scale: 1), options);
        using var tagger = trainer.Train(TagLabels.Of(Texts, hasBeginnings: false), Texts, [], null, default).Tagger;
        var folder = Path.Combine(_folder, $"{kind}-{seed}");
        tagger.Save(folder, new Dictionary<string, byte[]> { ["vocab.txt"] = Encoding.UTF8.GetBytes(string.Join('\n', Vocabulary) + "\n") });
        return folder;
    }

    private string Write(string name, IReadOnlyDictionary<string, byte[]> files)
    {
        var folder = Directory.CreateDirectory(Path.Combine(_folder, name)).FullName;
        foreach (var (file, content) in files)
        {
            File.WriteAllBytes(Path.Combine(folder, file), content);
        }

        return folder;
    }
}
