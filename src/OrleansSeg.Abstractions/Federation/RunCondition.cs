namespace OrleansSeg.Federation;

/// <summary>When a run is worth its training: it trains if one of these is reached, or a site has no model yet. Null asks nothing.</summary>
[GenerateSerializer, Immutable, Alias("seg.run-condition")]
public sealed record RunCondition
{
    /// <summary>Population stability index of a feature, of the customers active at the model's latest cutoff against those active now.</summary>
    /// <value>Above 0; 0.1 is usually called a small change, 0.25 a large one.</value>
    [Id(0)]
    public double? FeatureDrift { get; init; }

    /// <summary>Population stability index of the shares of segments, as the model in service decides then and now.</summary>
    /// <value>Above 0.</value>
    [Id(1)]
    public double? SegmentDrift { get; init; }

    /// <summary>Expected calibration error of forecasts whose outcome the model could not know and that is known now.</summary>
    /// <value>Above 0, below 1.</value>
    [Id(2)]
    public double? CalibrationError { get; init; }

    /// <summary>Labelled examples that have matured since the model's latest cutoff.</summary>
    /// <value>At least 1.</value>
    [Id(3)]
    public long? MaturedLabels { get; init; }

    /// <summary>Time from the model's latest cutoff to the latest that has matured.</summary>
    /// <value>At least 1 day.</value>
    [Id(4)]
    public TimeSpan? ModelAge { get; init; }
}
