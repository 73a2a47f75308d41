using OrleansSeg.Model.Evaluation;

namespace OrleansSeg.Model.Tests.Evaluation;

public sealed class GoldenSectionTests
{
    [Theory]
    [InlineData(0.3)]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(-5)]
    public void Minimize_FindsTheLeastPlace_OrTheEndBesideIt(double least) =>
        Assert.Equal(Math.Clamp(least, 0, 1), GoldenSection.Minimize(x => (x - least) * (x - least), 0, 1, 1e-3), 1e-3);
}
