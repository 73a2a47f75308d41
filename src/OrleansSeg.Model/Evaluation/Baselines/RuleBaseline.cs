using OrleansSeg.Model.Features;
using OrleansSeg.Model.Segments;
using OrleansSeg.Model.Training;

namespace OrleansSeg.Model.Evaluation.Baselines;

/// <summary>The RFM rule: the label rule applied to the last horizon, as if the next one will be like it; in other schemes the customer's RFM segment now.</summary>
/// <remarks>Its probabilities are the training label frequencies among customers of whom the rule says the same, smoothed.</remarks>
public sealed class RuleBaseline : IForecasterTrainer
{
    /// <inheritdoc />
    public string Name => "rfm";

    /// <inheritdoc />
    public string Engine => "label frequencies by the RFM rule";

    /// <inheritdoc />
    public ITunedForecaster Fit(
        ExampleSet train, ExampleSet validation, int seed, IProgress<TrainingProgress>? progress, CancellationToken cancellationToken) => Fit(train);

    private static Fitted Fit(ExampleSet train)
    {
        var quantiles = train.Scheme.Name == SegmentScheme.PredictiveName
            ? null
            : train.Scheme.Quantiles ?? RfmQuantiles.Fit(train.Examples.Select(example => RfmState.Of(example.Input)));
        var byAnswer = train.Examples
            .GroupBy(example => Answer(train.Scheme, quantiles, example.Input))
            .ToDictionary(group => group.Key, group => LabelFrequencies.Of(train.Scheme, [.. group]));
        return new Fitted(input => Answer(train.Scheme, quantiles, input), byAnswer, LabelFrequencies.Of(train.Scheme, [.. train.Examples]));
    }

    /// <summary>What the predictive rule says of a customer.</summary>
    internal static string Answer(SegmentScheme scheme, CustomerInput input)
    {
        var window = scheme.Horizon.TotalDays switch { <= 45 => "30", <= 120 => "90", <= 250 => "180", _ => "365" };
        return PredictiveLabels.Of(
            Feature(input, "purchase_days") > 0,
            Feature(input, "days_since_first_purchase") <= PredictiveLabels.NewCustomerDays,
            (int)Feature(input, $"purchase_days_{window}"),
            (decimal)Math.Min(Feature(input, $"spend_{window}"), 1e12f),
            scheme.HighValueThreshold);
    }

    private static string Answer(SegmentScheme scheme, RfmQuantiles? quantiles, CustomerInput input) =>
        quantiles is null ? Answer(scheme, input) : RfmSegments.Of(RfmState.Of(input), quantiles);

    private static float Feature(CustomerInput input, string name) => input.Aggregates[AggregateFeatures.Names.IndexOf(name)];

    private sealed class Fitted(Func<CustomerInput, string> answer, Dictionary<string, Forecast> byAnswer, Forecast otherwise) : ITunedForecaster
    {
        public IForecaster Refit(ExampleSet matured, int seed, IProgress<TrainingProgress>? progress, CancellationToken cancellationToken) => Fit(matured);

        public IReadOnlyList<Forecast> Forecast(IReadOnlyList<CustomerInput> inputs) =>
            [.. inputs.Select(input => byAnswer.GetValueOrDefault(answer(input), otherwise))];

        public void Dispose()
        {
        }
    }
}
