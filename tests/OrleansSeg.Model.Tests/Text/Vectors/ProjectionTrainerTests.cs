using OrleansSeg.Model.Text.Vectors;

namespace OrleansSeg.Model.Tests.Text.Vectors;

public sealed class ProjectionTrainerTests
{
    private const int Width = 12;

    // One direction says hardly anything and varies most; the others say which of four kinds a text is of.
    private static readonly float[][] Vectors = [.. Draw(400, new Random(5))];

    [Fact]
    public void PrincipalAxes_AreScaledAlike_AndNeedNoPairs()
    {
        var projection = Fit([], epochs: 5);
        Assert.Equal(4, projection.Width);
        var projected = Vectors.Select(vector => Enumerable.Range(0, 4).Select(axis => vector.Select((value, e) => (value - projection.Mean[e]) * projection.Axes[(axis * Width) + e]).Sum()).ToArray()).ToList();
        for (var one = 0; one < 4; one++)
        {
            for (var other = 0; other <= one; other++)
            {
                Assert.Equal(one == other ? 1 : 0, projected.Sum(row => row[one] * row[other]) / (Vectors.Length - 1), 2);
            }
        }

        Assert.All(Vectors, vector => Assert.Equal(1, projection.Apply(vector).Sum(value => value * value), 4));
        Assert.Equal(projection.Axes, Fit([], epochs: 5).Axes);
    }

    [Fact]
    public void TextsBoughtTogether_ComeCloser()
    {
        var random = new Random(2);
        List<(int One, int Other)> pairs = [.. Enumerable.Range(0, 20_000).Select(_ => random.Next(Vectors.Length)).Select(one => (one, (one + (4 * random.Next(100))) % Vectors.Length))];
        Assert.True(Margin(Fit(pairs, epochs: 5)) > Margin(Fit(pairs, epochs: 0)) + 0.2, $"{Margin(Fit(pairs, epochs: 5))} and {Margin(Fit(pairs, epochs: 0))}");
        Assert.Equal(Fit(pairs, epochs: 2).Axes, Fit(pairs, epochs: 2).Axes);
    }

    [Fact]
    public void FewerTextsThanNumbers_StillGiveFiniteVectors()
    {
        var projection = ProjectionTrainer.Fit(Vectors[..2], [], 8, 0, 1, null, default);
        Assert.All(Vectors, vector => Assert.All(projection.Apply(vector), value => Assert.True(float.IsFinite(value))));
        Assert.All(ProjectionTrainer.Fit(Vectors[..1], [], 8, 0, 1, null, default).Apply(Vectors[0]), value => Assert.Equal(0, value));
    }

    // How much closer texts of one kind lie than texts of two.
    private static double Margin(TextProjection projection)
    {
        var vectors = Vectors.Select(vector => projection.Apply(vector)).ToList();
        double Mean(int offset) => Enumerable.Range(0, vectors.Count - 8).Average(i => vectors[i].Zip(vectors[i + offset], (one, other) => one * other).Sum());
        return Mean(4) - Mean(1);
    }

    private static TextProjection Fit(List<(int One, int Other)> pairs, int epochs) => ProjectionTrainer.Fit(Vectors, pairs, 4, epochs, 1, null, default);

    private static IEnumerable<float[]> Draw(int count, Random random)
    {
        for (var i = 0; i < count; i++)
        {
            var kind = i % 4;
            yield return [.. Enumerable.Range(0, Width).Select(e =>
                (float)(5 + (e < 6 ? 6 : 0.3) * (random.NextDouble() - 0.5) + (e == 6 + kind ? 0.6 : 0)))];
        }
    }
}
