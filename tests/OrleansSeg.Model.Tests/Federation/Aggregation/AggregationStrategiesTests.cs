using OrleansSeg.Model.Federation.Aggregation;

namespace OrleansSeg.Model.Tests.Federation.Aggregation;

public class AggregationStrategiesTests
{
    [Fact]
    public void Names_AreTheSix_AndEachMakesItsOwn()
    {
        Assert.Equal(["fedadam", "fedavg", "fedavgm", "fedprox", "fedyogi", "scaffold"], AggregationStrategies.Names.AsEnumerable());
        Assert.All(AggregationStrategies.Names, name => Assert.Equal(name, DrawnRun.Strategy(name).Name));
        Assert.All(AggregationStrategies.Names, name => Assert.Equal(name == "scaffold", DrawnRun.Strategy(name).UsesControlVariates));
        Assert.All(AggregationStrategies.Names, name => Assert.Equal(name == "fedprox", DrawnRun.Strategy(name).ProximalWeight > 0));
    }

    [Fact]
    public void Create_UnknownName_SaysWhatThereIs()
    {
        var refusal = Assert.Throws<ArgumentException>(() => AggregationStrategies.Create("fedsgd", AggregationParameters.Defaults));
        Assert.StartsWith(
            "There is no aggregation strategy 'fedsgd'; there are fedadam, fedavg, fedavgm, fedprox, fedyogi, scaffold.", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("fedavg", "ServerRate"), InlineData("fedprox", "Momentum"), InlineData("fedavgm", "ProximalWeight"), InlineData("fedadam", "Momentum")]
    [InlineData("fedyogi", "ProximalWeight"), InlineData("scaffold", "Adaptivity"), InlineData("fedavgm", "FirstDecay"), InlineData("fedavg", "SecondDecay")]
    public void Create_ParameterThatTheStrategyLacks_IsRefusedByName(string name, string parameter)
    {
        var refusal = Assert.Throws<ArgumentException>(() => AggregationStrategies.Create(name, Set(parameter, 0.5)));
        Assert.StartsWith($"Aggregation strategy '{name}' has no parameter {parameter}.", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("fedprox", "ProximalWeight", -0.1), InlineData("fedprox", "ProximalWeight", 101), InlineData("fedprox", "ProximalWeight", double.NaN)]
    [InlineData("fedavgm", "Momentum", 1), InlineData("fedavgm", "Momentum", -0.1), InlineData("fedavgm", "ServerRate", 0)]
    [InlineData("fedadam", "ServerRate", double.PositiveInfinity), InlineData("fedadam", "FirstDecay", 1), InlineData("fedadam", "Adaptivity", 0)]
    [InlineData("fedyogi", "SecondDecay", 1), InlineData("fedyogi", "Adaptivity", 2), InlineData("scaffold", "ServerRate", double.NaN)]
    public void Create_ParameterOutOfBounds_IsRefusedByName(string name, string parameter, double value)
    {
        var refusal = Assert.Throws<ArgumentOutOfRangeException>(() => AggregationStrategies.Create(name, Set(parameter, value)));
        Assert.Contains(parameter, refusal.ParamName, StringComparison.Ordinal);
    }

    [Fact]
    public void Create_ParameterThatIsSet_ReachesTheStrategy()
    {
        Assert.Equal(0.3, AggregationStrategies.Create("fedprox", new() { ProximalWeight = 0.3 }).ProximalWeight);
        var half = AggregationStrategies.Create("fedavgm", new() { ServerRate = 0.5 });
        Assert.Equal(1, half.Aggregate([0], half.Start(1), [new("a", [2], 1, 1)], 1).Weights[0]);
        Assert.Throws<ArgumentOutOfRangeException>(() => AggregationStrategies.Create("scaffold", new() { ExamplesTotal = 0 }));
    }

    private static AggregationParameters Set(string parameter, double value) => parameter switch
    {
        "ServerRate" => new() { ServerRate = value },
        "ProximalWeight" => new() { ProximalWeight = value },
        "Momentum" => new() { Momentum = value },
        "FirstDecay" => new() { FirstDecay = value },
        "SecondDecay" => new() { SecondDecay = value },
        _ => new() { Adaptivity = value },
    };
}
