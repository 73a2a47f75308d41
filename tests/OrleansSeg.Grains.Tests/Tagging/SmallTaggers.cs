using System.Collections.Immutable;
using OrleansSeg.Model.Bundles;
using OrleansSeg.Model.Text.FineTuning;
using OrleansSeg.Model.Text.PreTraining;
using OrleansSeg.Model.Text.Tagging;
using OrleansSeg.Models;
using OrleansSeg.Tagging;

namespace OrleansSeg.Grains.Tests.Tagging;

/// <summary>Two small taggers with adapters of one encoder, which tell different words of the same texts.</summary>
public sealed class SmallTaggers : IDisposable
{
    private static readonly string[] Things = ["mug", "lamp", "chair", "clock"];
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("orleansseg-taggers-");

    public SmallTaggers()
    {
        var texts = Enumerable.Range(0, 80).Select(i => $"today i bought the {Things[i % 4]} and love it number {i % 10}").ToList();
        using (var encoder = MaskedLanguageTrainer.Train(texts, new MaskedLanguageOptions { Hidden = 16, Layers = 1, Heads = 2, TokensMax = 24, VocabularyMax = 150, Epochs = 1 }))
        {
            encoder.Save(Path.Combine(_folder.FullName, "encoder"));
        }

        Folders = [Train("buy", "bought", texts), Train("evaluate", "love", texts)];
        Parts = [.. Folders.Select(TaggerParts.Of)];
    }

    /// <summary>Folders of the taggers.</summary>
    public ImmutableArray<string> Folders { get; }

    /// <summary>The same, taken apart.</summary>
    public ImmutableArray<TaggerParts> Parts { get; }

    /// <summary>Texts that a tagger labels.</summary>
    public static string[] Texts { get; } = [.. Enumerable.Range(0, 20).Select(i => string.Join(" and ", Enumerable.Repeat($"i bought the {Things[i % 4]}, love it", (i % 5) + 1))), ""];

    /// <summary>Brings a tagger into the store and puts it in service.</summary>
    internal async Task<TaggerReference> RegisterAsync(IGrainFactory grains, string site, int which)
    {
        var reference = new TaggerReference(
            await UploadAsync(grains, site, Parts[which].Own), await UploadAsync(grains, site, Parts[which].Encoder), DateTimeOffset.UnixEpoch, Parts[which].Labels.Names);
        await grains.GetGrain<ITaggerRegistryGrain>(site).RegisterAsync(reference, default);
        return reference;
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private static async Task<string> UploadAsync(IGrainFactory grains, string site, IReadOnlyDictionary<string, byte[]> files)
    {
        var (hash, upload) = (BundleFolder.HashOf(files), grains.GetGrain<IBundleUploadGrain>($"{site}:{Guid.NewGuid():N}"));
        if (!await upload.HasAsync(hash, default))
        {
            foreach (var (name, content) in files)
            {
                var half = content.Length / 2;
                await upload.AppendAsync(name, 0, content[..half], default);
                await upload.AppendAsync(name, half, content[half..], default);
            }

            await upload.CompleteAsync(hash, default);
        }

        return hash;
    }

    private string Train(string label, string word, IReadOnlyList<string> texts)
    {
        var labelled = texts.Select(text =>
        {
            var words = TextWords.Split(text);
            var at = Enumerable.Range(0, words.Length).First(i => text[words[i].Start..words[i].End] == word);
            return new TaggedText(text, words, [new WordSpan(at, at, label)]);
        }).ToList();
        var options = new FineTuningOptions { Epochs = 6, LearningRate = 2e-2, Threads = 1, Adapter = new AdapterOptions { Targets = AdapterOptions.AllTargets } };
        var (trainer, files) = TaggerTrainer.Of(Path.Combine(_folder.FullName, "encoder"), options);
        using var tagger = trainer.Train(TagLabels.Of(labelled, hasBeginnings: false), labelled, [], null, default).Tagger;
        tagger.Save(Path.Combine(_folder.FullName, label), files);
        return Path.Combine(_folder.FullName, label);
    }
}
