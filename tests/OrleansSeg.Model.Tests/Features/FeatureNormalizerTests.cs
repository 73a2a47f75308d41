using OrleansSeg.Model.Features;

namespace OrleansSeg.Model.Tests.Features;

public sealed class FeatureNormalizerTests
{
    private const int Rows = 1_000;

    [Fact]
    public void FeatureThatSomeHave_IsScaled_AndAnIndicatorTellsWhoLacksIt()
    {
        var normalizer = FeatureNormalizer.Fit(Column(known: 400));
        Assert.Equal(new[] { 0 }, normalizer.Indicators);
        Assert.Equal(new[] { 0f, 1f }, Applied(normalizer, float.NaN));
        Assert.Equal(0f, Applied(normalizer, 1)[1]);
        Assert.NotEqual(0f, Applied(normalizer, 1)[0]);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(4)]
    public void FeatureThatHardlyAnybodyHas_SaysNothing_WhoeverHasItLater(int known)
    {
        // What stands still while a network learns would move it in an arbitrary direction once it changes.
        var normalizer = FeatureNormalizer.Fit(Column(known));
        Assert.Empty(normalizer.Indicators);
        Assert.Equal(Applied(normalizer, float.NaN), Applied(normalizer, 7));
    }

    [Fact]
    public void FeatureThatHardlyAnybodyLacks_HasNoIndicator()
    {
        var normalizer = FeatureNormalizer.Fit(Column(known: Rows - 4));
        Assert.Empty(normalizer.Indicators);
        Assert.Equal(new[] { 0f }, Applied(normalizer, float.NaN));
    }

    private static List<float[]> Column(int known) => [.. Enumerable.Range(0, Rows).Select(row => new[] { row < known ? row % 5 : float.NaN })];

    private static float[] Applied(FeatureNormalizer normalizer, float value)
    {
        var row = new float[normalizer.Width];
        normalizer.Apply([value], row);
        return row;
    }
}
