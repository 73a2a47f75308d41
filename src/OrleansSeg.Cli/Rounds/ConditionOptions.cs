using System.CommandLine;
using OrleansSeg.Federation;

namespace OrleansSeg.Cli.Rounds;

/// <summary>The options that say when a run is worth its training.</summary>
internal sealed class ConditionOptions
{
    private const int DaysMax = 100_000;

    private readonly Option<double?> _features = new("--if-feature-drift") { Description = "Train only if a feature's population stability index reaches this, such as 0.25; or another --if- holds." };
    private readonly Option<double?> _segments = new("--if-segment-drift") { Description = "Train only if the index of the shares of segments reaches this, such as 0.1." };
    private readonly Option<double?> _calibration = new("--if-calibration-error") { Description = "Train only if forecasts that have turned out since are off by this, such as 0.05." };
    private readonly Option<long?> _labels = new("--if-matured-labels") { Description = "Train only if so many labelled examples have matured since." };
    private readonly Option<int?> _age = new("--if-model-age") { Description = "Train only if the model in service is so many days behind." };

    /// <summary>Adds the options to a command.</summary>
    public void AddTo(Command command)
    {
        foreach (var option in new Option[] { _features, _segments, _calibration, _labels, _age })
        {
            command.Options.Add(option);
        }
    }

    /// <summary>What the command line asks; null for nothing.</summary>
    public RunCondition? Read(ParseResult parsed)
    {
        var condition = new RunCondition
        {
            FeatureDrift = parsed.GetValue(_features),
            SegmentDrift = parsed.GetValue(_segments),
            CalibrationError = parsed.GetValue(_calibration),
            MaturedLabels = parsed.GetValue(_labels),
            ModelAge = parsed.GetValue(_age) is { } days ? TimeSpan.FromDays(Math.Clamp(days, -DaysMax, DaysMax)) : null,
        };
        return condition == new RunCondition() ? null : condition;
    }
}
