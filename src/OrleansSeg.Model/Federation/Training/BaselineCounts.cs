using OrleansSeg.Model.Evaluation.Baselines;
using OrleansSeg.Model.Segments;
using OrleansSeg.Model.Training;

namespace OrleansSeg.Model.Federation.Training;

/// <summary>Training examples by what the label rule says of their past horizon and by their label: all that the baselines of a first model need, summed over trainers.</summary>
/// <param name="ByAnswer">Counts by answer, in the order of <see cref="PredictiveLabels.All"/>, and (S) by label.</param>
public sealed record BaselineCounts(long[][] ByAnswer)
{
    /// <summary>Counts a trainer's training examples.</summary>
    public static BaselineCounts Of(ExampleSet training)
    {
        ArgumentNullException.ThrowIfNull(training);
        var counts = PredictiveLabels.All.Select(_ => new long[training.Scheme.Count]).ToArray();
        foreach (var example in training.Examples)
        {
            counts[PredictiveLabels.All.IndexOf(RuleBaseline.Answer(training.Scheme, example.Input))][example.Label]++;
        }

        return new BaselineCounts(counts);
    }

    /// <summary>The sum of several trainers' counts, in any order; at least one.</summary>
    public static BaselineCounts Merge(IEnumerable<BaselineCounts> parts) => parts.Aggregate((one, other) => new BaselineCounts(
        [.. one.ByAnswer.Zip(other.ByAnswer, (x, y) => x.Zip(y, (a, b) => a + b).ToArray())]));

    /// <summary>How each baseline does on examples, by its name: <c>majority</c> and <c>rfm</c>.</summary>
    public IReadOnlyDictionary<string, ScoreSums> Measure(ExampleSet examples) => MeasureEach(examples).ToDictionary(baseline => baseline.Key, baseline => baseline.Value.Sums);

    /// <summary>The same, and each example's loss.</summary>
    public IReadOnlyDictionary<string, HoldoutMeasure> MeasureEach(ExampleSet examples)
    {
        ArgumentNullException.ThrowIfNull(examples);
        var scheme = examples.Scheme;
        var everybody = Forecast(scheme, Enumerable.Range(0, scheme.Count).Select(label => ByAnswer.Sum(answer => answer[label])));
        var byAnswer = Array.ConvertAll(ByAnswer, counts => counts.Sum() > 0 ? Forecast(scheme, counts) : everybody);
        var weights = Enumerable.Repeat(1.0, scheme.Count).ToArray();
        return new Dictionary<string, HoldoutMeasure>
        {
            ["majority"] = MeasureOf([.. examples.Examples.Select(_ => everybody)]),
            ["rfm"] = MeasureOf([.. examples.Examples.Select(example => byAnswer[PredictiveLabels.All.IndexOf(RuleBaseline.Answer(scheme, example.Input))])]),
        };

        HoldoutMeasure MeasureOf(Forecast[] forecasts) => new(ScoreSums.Of(examples, forecasts, weights), ScoreSums.LossesOf(examples, forecasts));
    }

    private static Forecast Forecast(SegmentScheme scheme, IEnumerable<long> counts)
    {
        var smoothed = counts.Select(count => count + 1f).ToArray();
        var total = smoothed.Sum();
        var probabilities = Array.ConvertAll(smoothed, count => count / total);
        return new Forecast(probabilities, LabelFrequencies.Churn(scheme, probabilities), 0);
    }
}
