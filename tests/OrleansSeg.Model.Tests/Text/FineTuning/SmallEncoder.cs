using OrleansSeg.Model.Native;
using OrleansSeg.Model.Text.Transformer;
using TorchSharp;
using static TorchSharp.torch;

namespace OrleansSeg.Model.Tests.Text.FineTuning;

/// <summary>A small encoder with drawn weights, and texts of random tokens for it.</summary>
internal static class SmallEncoder
{
    public static BertFamilyConfig Config { get; } = new()
    {
        VocabularySize = 40, Hidden = 16, Layers = 2, Heads = 2, Intermediate = 32, Positions = 12, TokenTypes = 2, Dropout = 0,
        Head = TextHead.TokenClassification, Labels = ["O", "buy", "search"],
    };

    public static BertEncoder Create(int seed = 1) => Create(Config, seed, scale: 10);

    /// <summary>Another shape.</summary>
    /// <param name="config">The shape.</param>
    /// <param name="seed">Seed of the weights.</param>
    /// <param name="scale">Above 1 for larger weights than a training would begin with, so that differences show.</param>
    public static BertEncoder Create(BertFamilyConfig config, int seed, float scale)
    {
        LibTorch.EnsureLoadable();
        return Drawn(new BertEncoder(config), seed, scale);
    }

    public static TokenHead CreateHead(int seed = 2) => Drawn(new TokenHead(Config), seed, 10);

    public static TokenBatch Batch(int seed, int texts = 4, int tokens = 8)
    {
        var random = new Random(seed);
        return TokenBatch.Of([.. Enumerable.Range(0, texts).Select(_ => Enumerable.Range(0, tokens).Select(_ => random.Next(1, Config.VocabularySize)).ToArray())], 0);
    }

    public static float[] States(BertEncoder encoder, TokenBatch batch, IEncoderAdapter? adapter = null)
    {
        using var quiet = no_grad();
        using var states = encoder.Forward(batch, null, adapter);
        return states.data<float>().ToArray();
    }

    private static T Drawn<T>(T module, int seed, float scale)
        where T : nn.Module
    {
        using var random = new Generator((ulong)seed);
        Blank.Draw(module, random);
        using var quiet = no_grad();
        foreach (var weight in module.parameters().Where(weight => weight.dim() > 1))
        {
            weight.TimesInPlace(scale);
        }

        return module;
    }
}
