using OrleansSeg.Model.Segments;

namespace OrleansSeg.Model.Training;

/// <summary>Fits the predictive scheme on training examples and labels examples by it.</summary>
public static class SchemeFit
{
    /// <summary>The scheme: the high-value threshold from training spenders alone, and only labels that training shows often enough.</summary>
    /// <param name="training">Training examples.</param>
    /// <param name="horizon">How far after a cutoff labels look.</param>
    /// <param name="countMin">Least training examples of a label.</param>
    /// <returns>The scheme, and each label left out with its count.</returns>
    public static (SegmentScheme Scheme, IReadOnlyDictionary<string, int> Dropped) Fit(
        IReadOnlyCollection<AsOfExample> training, TimeSpan horizon, int countMin)
    {
        var spends = training.Where(example => example.FutureDays > 0).Select(example => example.FutureSpend).Order().ToList();
        var threshold = spends.Count == 0
            ? decimal.MaxValue
            : spends[Math.Min(spends.Count - 1, (int)(spends.Count * PredictiveLabels.HighValueQuantile))];
        var counts = training.CountBy(example => LabelOf(example, threshold)).ToDictionary(StringComparer.Ordinal);
        var dropped = PredictiveLabels.All.Where(label => counts.GetValueOrDefault(label) < countMin);
        return (
            new SegmentScheme(SegmentScheme.PredictiveName, [.. PredictiveLabels.All.Except(dropped)], horizon, threshold),
            dropped.ToDictionary(label => label, label => counts.GetValueOrDefault(label)));
    }

    /// <summary>The examples under a scheme; one whose label the scheme lacks is left out, and counted.</summary>
    public static (ExampleSet Set, int LeftOut) Label(SegmentScheme scheme, IEnumerable<AsOfExample> examples)
    {
        var labelled = new List<Example>();
        var leftOut = 0;
        foreach (var example in examples)
        {
            var label = scheme.IndexOf(LabelOf(example, scheme.HighValueThreshold));
            if (label < 0)
            {
                leftOut++;
                continue;
            }

            labelled.Add(new Example(example.CustomerId, example.Input, label, example.HasPurchased, example.FutureDays > 0, (float)example.FutureSpend));
        }

        return (new ExampleSet(scheme, labelled), leftOut);
    }

    private static string LabelOf(AsOfExample e, decimal threshold) =>
        PredictiveLabels.Of(e.HasPurchased, e.NewCustomer, e.FutureDays, e.FutureSpend, threshold);
}
