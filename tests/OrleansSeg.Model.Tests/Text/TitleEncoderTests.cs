using System.Numerics.Tensors;
using OrleansSeg.Model.Text;

namespace OrleansSeg.Model.Tests.Text;

public sealed class TitleEncoderTests
{
    private static readonly string[] Titles = ["red mug", "blue mug", "tea pot", "tea strainer", "paper chain", "gift wrap"];

    [Fact]
    public void Encode_IsAUnitVector_OfTheTokensMean()
    {
        string[] vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "red", "mug"];
        float[] vectors = [.. Enumerable.Repeat(0f, 10), 3, 0, 0, 4];
        var encoder = new TitleEncoder(vocabulary, vectors, 2);
        Assert.Equal([0.6f, 0.8f], encoder.Encode("Red Mug").ToArray());
        Assert.Equal([1f, 0f], encoder.Encode("red").ToArray());
        Assert.Equal([0f, 0f], encoder.Encode("").ToArray());
    }

    [Fact]
    public void Trained_TitlesBoughtTogether_LieCloserThanOthers()
    {
        var encoder = Train(seed: 1);
        var together = Enumerable.Range(0, 3).Average(i => Similarity(encoder, 2 * i, (2 * i) + 1));
        var apart = Enumerable.Range(0, 3).Average(i => Similarity(encoder, 2 * i, ((2 * i) + 2) % 6));
        Assert.True(together > apart + 0.3, $"together {together}, apart {apart}");
    }

    [Fact]
    public void Training_Twice_GivesTheSameBits_AndAnotherSeedOthers()
    {
        Assert.Equal(Train(seed: 1).Vectors.ToArray(), Train(seed: 1).Vectors.ToArray());
        Assert.NotEqual(Train(seed: 1).Vectors.ToArray(), Train(seed: 2).Vectors.ToArray());
    }

    [Fact]
    public void Training_WithoutAnyText_GivesAnEncoderThatAnswers()
    {
        var encoder = TitleEncoderTrainer.Train([], [], 4, 100, 2, 1, null, default);
        Assert.Equal(4, encoder.Encode("anything").Length);
    }

    private static TitleEncoder Train(int seed)
    {
        var pairs = Enumerable.Range(0, 300).Select(i => (Titles[i % 3 * 2], Titles[(i % 3 * 2) + 1])).ToList();
        return TitleEncoderTrainer.Train(pairs, Titles.Concat(Titles), 8, 200, 40, seed, null, default);
    }

    private static float Similarity(TitleEncoder encoder, int one, int other) =>
        TensorPrimitives.Dot(encoder.Encode(Titles[one]), encoder.Encode(Titles[other]));
}
