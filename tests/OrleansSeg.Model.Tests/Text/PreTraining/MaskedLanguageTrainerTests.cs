using System.ComponentModel.DataAnnotations;
using System.Numerics.Tensors;
using OrleansSeg.Model.Bundles;
using OrleansSeg.Model.Text;
using OrleansSeg.Model.Text.Checkpoints;
using OrleansSeg.Model.Text.PreTraining;
using OrleansSeg.Model.Text.Transformer;
using OrleansSeg.Model.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace OrleansSeg.Model.Tests.Text.PreTraining;

public sealed class MaskedLanguageTrainerTests : IDisposable
{
    private static readonly MaskedLanguageOptions Small = new()
    {
        VocabularyMax = 200, Hidden = 32, Heads = 2, Layers = 1, TokensMax = 12, Epochs = 12, BatchSize = 16, LearningRate = 5e-3,
    };

    private readonly string _folder = Directory.CreateTempSubdirectory("orleansseg-masked-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void HiddenTokensOfTextsHeldOut_AreToldBetterAfterTraining_AndTheFolderLoads()
    {
        using var trained = MaskedLanguageTrainer.Train(Titles(), Small);
        Assert.Equal(trained.Before.Tokens, trained.After.Tokens);
        Assert.True(trained.After.Loss < 0.6 * trained.Before.Loss, $"{trained.Before} became {trained.After}");
        Assert.True(trained.After.Accuracy > 0.3, $"{trained.After}");
        trained.Save(_folder);
        using var encoder = TransformerTextEncoder.Load(_folder);
        Assert.Equal((32, 12), (encoder.Dimension, encoder.TokensMax));
        Assert.True(Similarity(encoder, "red metal mug", "blue metal mug") > Similarity(encoder, "red metal mug", "garden paper lantern"));
    }

    [Fact]
    public void SavedFolder_HoldsTheWeightsItWasTrainedTo()
    {
        using var trained = MaskedLanguageTrainer.Train(Titles(), Small with { Epochs = 1 });
        trained.Save(_folder);
        using var checkpoint = TextCheckpoint.Load(_folder);
        Assert.Equal(trained.Config with { Labels = [] }, checkpoint.Config with { Labels = [] });
        Assert.Empty(checkpoint.UnusedTensors);
        using var batch = TokenBatch.Of([[2, 4, 3]], 0);
        using var states = checkpoint.Encoder.Forward(batch);
        using var logits = checkpoint.MaskedLogits(states);
        Assert.Equal([1L, 3L, trained.Vocabulary.Count], logits.shape);
    }

    [Fact]
    public void SameTextsInAnyOrder_GiveTheSameWeights_AndAnotherSeedOthers()
    {
        var titles = Titles().ToArray();
        var shuffled = titles.Concat(titles.Take(9)).ToArray();
        new Random(4).Shuffle(shuffled);
        var options = Small with { Epochs = 1 };
        Assert.Equal(WeightsOf(titles, options), WeightsOf(shuffled, options));
        Assert.NotEqual(WeightsOf(titles, options), WeightsOf(titles, options with { Seed = 2 }));
    }

    [Fact]
    public void HiddenTokens_AreMostlyMasks_AndTheTruthIsWhatStoodThere()
    {
        int[][] texts = [.. Enumerable.Range(0, 400).Select(i => new[] { 2 }.Concat(Enumerable.Range(0, 10).Select(j => 5 + ((i + j) % 90))).Append(3).ToArray())];
        using var hidden = HiddenTokens.Of(texts, 0.2, 95, new Random(1), null);
        var (seen, truth, places) = (hidden.Batch.Ids.data<long>().ToArray(), hidden.Truth.data<long>().ToArray(), hidden.Places.data<long>().ToArray());
        Assert.Equal(800, places.Length);
        Assert.Equal(800, places.Distinct().Count());
        Assert.All(places.Zip(truth), pair => Assert.Equal(texts[pair.First / 12][pair.First % 12], pair.Second));
        Assert.InRange(places.Count(at => seen[at] == 4) / 800.0, 0.75, 0.85);
        Assert.InRange(places.Zip(truth).Count(pair => seen[pair.First] == pair.Second) / 800.0, 0.06, 0.15);
        Assert.All(Enumerable.Range(0, 4800).Except(places.Select(at => (int)at)), at => Assert.Equal(texts[at / 12][at % 12], seen[at]));
    }

    [Fact]
    public void TextSample_IsBounded_AndTheSameInAnyOrder()
    {
        var texts = Enumerable.Range(0, 500).Select(i => $"title {i}").ToArray();
        var kept = TextSample.Of(texts, 50, 1, default);
        Assert.Equal(50, kept.Count);
        Assert.Equal(kept, TextSample.Of(texts.Reverse().Concat(texts), 50, 1, default));
        Assert.NotEqual(kept, TextSample.Of(texts, 50, 2, default));
        Assert.Equal(["a"], TextSample.Of(["a", " ", "", "a"], 50, 1, default));
    }

    [Fact]
    public void TooFewTexts_OrOptionsOutOfBounds_AreRefusedInWords()
    {
        Assert.Contains("at least two", Assert.Throws<InsufficientDataException>(() => MaskedLanguageTrainer.Train(["one", "ONE"], Small)).Message, StringComparison.Ordinal);
        Assert.Contains("Hidden", Assert.Throws<ValidationException>(() => MaskedLanguageTrainer.Train(Titles(), Small with { Hidden = 33 })).Message, StringComparison.Ordinal);
        Assert.Contains("TokensMax", Assert.Throws<ValidationException>(() => MaskedLanguageTrainer.Train(Titles(), Small with { TokensMax = 3 })).Message, StringComparison.Ordinal);
        new MaskedLanguageOptions().Check();
    }

    // Colours go with mugs and teapots, materials with lanterns: a hidden word can be told from its neighbours.
    private static IEnumerable<string> Titles()
    {
        foreach (var colour in new[] { "red", "blue", "green", "white", "black", "pink", "ivory", "amber" })
        {
            foreach (var thing in new[] { "mug", "teapot", "jug", "bowl", "plate", "cup" })
            {
                yield return $"{colour} metal {thing}";
                yield return $"large {colour} metal {thing} with lid";
                yield return $"garden paper lantern {thing} shape";
                yield return $"set of two {colour} metal {thing}s";
            }
        }
    }

    private static float[] WeightsOf(IEnumerable<string> texts, MaskedLanguageOptions options)
    {
        using var trained = MaskedLanguageTrainer.Train(texts, options);
        var folder = Directory.CreateTempSubdirectory("orleansseg-masked-").FullName;
        trained.Save(folder);
        var weights = SafeTensors.Read(File.ReadAllBytes(Path.Combine(folder, "model.safetensors"))).SelectMany(tensor => tensor.Value.Values).ToArray();
        Directory.Delete(folder, recursive: true);
        return weights;
    }

    private static float Similarity(TransformerTextEncoder encoder, string one, string other) =>
        TensorPrimitives.CosineSimilarity(encoder.Encode(one).ToArray(), encoder.Encode(other).ToArray());
}
