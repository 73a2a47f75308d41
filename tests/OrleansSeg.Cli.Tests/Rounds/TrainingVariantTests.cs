using OrleansSeg.Cli.Bench.Federation;
using OrleansSeg.Model.Federation.Training;

namespace OrleansSeg.Cli.Tests.Rounds;

public sealed class TrainingVariantTests
{
    [Fact]
    public void StrategyWithAdditions_InAnyOrder_IsReadWhole()
    {
        Assert.True(TrainingVariant.TryParse("scaffold+int8+site-heads", out var variant, out _));
        Assert.Equal("scaffold+int8+site-heads", variant.Name);
        Assert.Equal("scaffold", variant.Strategy.Name);
        Assert.Equal(SharedScope.HeadsAtSite, variant.Scope);
        Assert.Equal("int8", variant.Compressor.Name);
        Assert.True(TrainingVariant.TryParse("fedavg", out variant, out _));
        Assert.Equal((SharedScope.Everything, "none"), (variant.Scope, variant.Compressor.Name));
    }

    [Theory]
    [InlineData("int8", "There is no strategy 'int8'; there are fedadam, fedavg, fedavgm, fedprox, fedyogi, scaffold.")]
    [InlineData("fedavg+huge", "'huge' in 'fedavg+huge' is neither a scope nor a compressor; there are everything, fusion, heads, site-heads, int8, none, topk.")]
    [InlineData("fedavg+int8+topk", "'fedavg+int8+topk' names two compressors.")]
    [InlineData("fedavg+heads+fusion", "'fedavg+heads+fusion' names two scopes.")]
    public void AnythingElse_IsRefusedByName(string text, string problem)
    {
        Assert.False(TrainingVariant.TryParse(text, out _, out var said));
        Assert.Equal(problem, said);
    }
}
