using System.Collections.Frozen;
using System.Collections.Immutable;

namespace OrleansSeg.Model.Federation.Aggregation;

/// <summary>What a plan may set of a strategy. Null takes the strategy's default; a parameter that the strategy does not have is refused.</summary>
public sealed record AggregationParameters
{
    /// <summary>Nothing set.</summary>
    public static AggregationParameters Defaults { get; } = new();

    /// <summary>Size of a server step: fedavgm, fedadam, fedyogi, scaffold.</summary>
    public double? ServerRate { get; init; }

    /// <summary><see cref="FedProxOptions.ProximalWeight"/>: fedprox.</summary>
    public double? ProximalWeight { get; init; }

    /// <summary><see cref="FedAvgMOptions.Momentum"/>: fedavgm.</summary>
    public double? Momentum { get; init; }

    /// <summary><see cref="AdaptiveOptions.FirstDecay"/>: fedadam, fedyogi.</summary>
    public double? FirstDecay { get; init; }

    /// <summary><see cref="AdaptiveOptions.SecondDecay"/>: fedadam, fedyogi.</summary>
    public double? SecondDecay { get; init; }

    /// <summary><see cref="AdaptiveOptions.Adaptivity"/>: fedadam, fedyogi.</summary>
    public double? Adaptivity { get; init; }

    /// <summary><see cref="ScaffoldOptions.ExamplesTotal"/>: scaffold.</summary>
    public long? ExamplesTotal { get; init; }
}

/// <summary>The strategies by name.</summary>
public static class AggregationStrategies
{
    private static readonly FrozenDictionary<string, Func<AggregationParameters, IAggregationStrategy>> ByName =
        new Dictionary<string, Func<AggregationParameters, IAggregationStrategy>>
        {
            [FedAvg.StrategyName] = static _ => new FedAvg(),
            [FedProx.StrategyName] = static set => new FedProx(FedProxOf(set)),
            [FedAvgM.StrategyName] = static set => new FedAvgM(FedAvgMOf(set)),
            [FedAdam.StrategyName] = static set => new FedAdam(AdaptiveOf(set)),
            [FedYogi.StrategyName] = static set => new FedYogi(AdaptiveOf(set)),
            [Scaffold.StrategyName] = static set => new Scaffold(ScaffoldOf(set)),
        }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>The names, in ordinal order.</summary>
    public static ImmutableArray<string> Names { get; } = [.. ByName.Keys.Order(StringComparer.Ordinal)];

    /// <summary>Makes a strategy.</summary>
    /// <exception cref="ArgumentException">There is no strategy of this name, or it does not have a parameter that is set; the message names it.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A parameter is out of bounds.</exception>
    public static IAggregationStrategy Create(string name, AggregationParameters parameters)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        if (!ByName.TryGetValue(name, out var make))
        {
            throw new ArgumentException($"There is no aggregation strategy '{name}'; there are {string.Join(", ", Names)}.", nameof(name));
        }

        return UnusedIn(name, parameters) is { } unused
            ? throw new ArgumentException($"Aggregation strategy '{name}' has no parameter {unused}.", nameof(parameters))
            : make(parameters);
    }

    private static string? UnusedIn(string name, AggregationParameters set)
    {
        // What is left after taking away the strategy's own was set for nothing.
        var rest = name switch
        {
            FedProx.StrategyName => set with { ProximalWeight = null },
            FedAvgM.StrategyName => set with { ServerRate = null, Momentum = null },
            FedAdam.StrategyName or FedYogi.StrategyName => set with { ServerRate = null, FirstDecay = null, SecondDecay = null, Adaptivity = null },
            Scaffold.StrategyName => set with { ServerRate = null, ExamplesTotal = null },
            _ => set,
        };
        return rest switch
        {
            { ServerRate: not null } => nameof(rest.ServerRate),
            { ProximalWeight: not null } => nameof(rest.ProximalWeight),
            { Momentum: not null } => nameof(rest.Momentum),
            { FirstDecay: not null } => nameof(rest.FirstDecay),
            { SecondDecay: not null } => nameof(rest.SecondDecay),
            { Adaptivity: not null } => nameof(rest.Adaptivity),
            { ExamplesTotal: not null } => nameof(rest.ExamplesTotal),
            _ => null,
        };
    }

    private static FedProxOptions FedProxOf(AggregationParameters set)
    {
        var defaults = new FedProxOptions();
        return defaults with { ProximalWeight = set.ProximalWeight ?? defaults.ProximalWeight };
    }

    private static FedAvgMOptions FedAvgMOf(AggregationParameters set)
    {
        var defaults = new FedAvgMOptions();
        return new() { Momentum = set.Momentum ?? defaults.Momentum, ServerRate = set.ServerRate ?? defaults.ServerRate };
    }

    private static AdaptiveOptions AdaptiveOf(AggregationParameters set)
    {
        var defaults = new AdaptiveOptions();
        return new()
        {
            ServerRate = set.ServerRate ?? defaults.ServerRate,
            FirstDecay = set.FirstDecay ?? defaults.FirstDecay,
            SecondDecay = set.SecondDecay ?? defaults.SecondDecay,
            Adaptivity = set.Adaptivity ?? defaults.Adaptivity,
        };
    }

    private static ScaffoldOptions ScaffoldOf(AggregationParameters set)
    {
        var defaults = new ScaffoldOptions();
        return new() { ServerRate = set.ServerRate ?? defaults.ServerRate, ExamplesTotal = set.ExamplesTotal };
    }
}
