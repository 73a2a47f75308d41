using OrleansSeg.Model.Federation;
using OrleansSeg.Model.Federation.Aggregation;
using OrleansSeg.Model.Federation.Compression;
using OrleansSeg.Model.Federation.Training;

namespace OrleansSeg.Federation.Work;

/// <summary>Strategies, compressors and scopes as plans name and set them.</summary>
internal static class Strategies
{
    /// <summary>The plan's strategy.</summary>
    /// <exception cref="ArgumentException">There is none of this name, or a setting is unknown or out of bounds; the message names it.</exception>
    public static IAggregationStrategy Of(FederatedPlan plan) => AggregationStrategies.Create(plan.Strategy, ParametersOf(plan));

    /// <summary>The plan's compressor.</summary>
    /// <exception cref="ArgumentException">There is none of this name; the message names it.</exception>
    public static IUpdateCompressor CompressorOf(FederatedPlan plan) => UpdateCompressors.Create(plan.Compression, CompressionParameters.Defaults);

    /// <summary>Which weights the plan trains and shares.</summary>
    public static SharedScope ScopeOf(FederatedPlan plan) => SharedScope.ByName[plan.Scope];

    private static AggregationParameters ParametersOf(FederatedPlan plan) => plan.StrategySettings.Aggregate(
        AggregationParameters.Defaults,
        (set, setting) => setting.Key switch
        {
            "serverRate" => set with { ServerRate = setting.Value },
            "proximalWeight" => set with { ProximalWeight = setting.Value },
            "momentum" => set with { Momentum = setting.Value },
            "firstDecay" => set with { FirstDecay = setting.Value },
            "secondDecay" => set with { SecondDecay = setting.Value },
            "adaptivity" => set with { Adaptivity = setting.Value },
            "examplesTotal" => set with { ExamplesTotal = (long)setting.Value },
            _ => throw new ArgumentException(
                $"There is no setting '{setting.Key}'; there are serverRate, proximalWeight, momentum, firstDecay, secondDecay, adaptivity and examplesTotal.", nameof(plan)),
        });
}
