using OrleansSeg.Model.Compression;
using OrleansSeg.Model.Native;
using OrleansSeg.Model.Tests.Text.FineTuning;
using OrleansSeg.Model.Text.Checkpoints;
using OrleansSeg.Model.Text.Transformer;
using TorchSharp;
using static TorchSharp.torch;

namespace OrleansSeg.Model.Tests.Compression;

/// <summary>A folder of a small text model with drawn weights, large enough that what is changed shows.</summary>
internal sealed class SmallFolder : IDisposable
{
    public static BertFamilyConfig Config { get; } = SmallEncoder.Config with { Layers = 4, Hidden = 24, Heads = 4, Intermediate = 40, Head = TextHead.None, Labels = [] };

    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("orleansseg-small-");

    public SmallFolder(BertFamilyConfig? config = null, int seed = 1)
    {
        var shape = config ?? Config;
        using var encoder = SmallEncoder.Create(shape, seed, scale: 8);
        using var head = HeadOf(shape, seed);
        using var pooler = shape.Family == BertFamily.Bert && shape.Head != TextHead.SequenceClassification ? Drawn(new Pooler(shape, Activation.Tanh), seed + 2) : null;
        FullPath = Part("model");
        var words = (string[])["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", .. Enumerable.Range(0, shape.VocabularySize - 5).Select(Word)];
        CheckpointWriter.Write(FullPath, shape, encoder, head, CheckpointWriter.TokenizerFilesOf(words, shape), pooler);
    }

    public string FullPath { get; }

    public string Part(string name) => Path.Combine(_root.FullName, name);

    public TextModel Read() => TextModel.Read(FullPath);

    /// <summary>Different texts of one to eight of its words.</summary>
    public static string[] Texts(int count, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => string.Join(' ', Enumerable.Range(0, random.Next(1, 9)).Select(_ => Word(random.Next(Config.VocabularySize - 5)))))];
    }

    public static string Word(int number) => $"word{(char)('a' + (number / 26))}{(char)('a' + (number % 26))}";

    public void Dispose() => _root.Delete(recursive: true);

    private static nn.Module? HeadOf(BertFamilyConfig config, int seed) => config.Head switch
    {
        TextHead.TokenClassification => Drawn(new TokenHead(config), seed + 1),
        TextHead.SequenceClassification => Drawn(new SequenceHead(config), seed + 1),
        TextHead.MaskedLanguage => Drawn(new MaskedHead(config), seed + 1),
        _ => null,
    };

    private static T Drawn<T>(T module, int seed)
        where T : nn.Module
    {
        using var random = new Generator((ulong)seed);
        Blank.Draw(module, random);
        using var quiet = no_grad();
        foreach (var weight in module.parameters().Where(weight => weight.dim() > 1))
        {
            weight.TimesInPlace(8);
        }

        return module;
    }
}
