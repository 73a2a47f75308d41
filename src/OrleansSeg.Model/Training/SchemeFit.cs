using System.Collections.Immutable;
using OrleansSeg.Model.Features;
using OrleansSeg.Model.Segments;

namespace OrleansSeg.Model.Training;

/// <summary>Fits a scheme on training examples and labels examples by it.</summary>
public static class SchemeFit
{
    /// <summary>Most labels of a shop's own; of more, those of most customers are kept.</summary>
    public const int OwnLabelsMax = 64;

    /// <summary>The predictive scheme: the high-value threshold from training spenders alone, and only labels that training shows often enough.</summary>
    /// <inheritdoc cref="Fit(SchemeChoice, IReadOnlyCollection{AsOfExample}, TimeSpan, int)"/>
    public static (SegmentScheme Scheme, IReadOnlyDictionary<string, int> Dropped) Fit(
        IReadOnlyCollection<AsOfExample> training, TimeSpan horizon, int countMin) => Fit(SchemeChoice.Predictive, training, horizon, countMin);

    /// <summary>The scheme, from training examples alone, with only the labels that they show often enough.</summary>
    /// <param name="choice">Which scheme; discovery begins with the predictive one.</param>
    /// <param name="training">Training examples.</param>
    /// <param name="horizon">How far after a cutoff labels look.</param>
    /// <param name="countMin">Least training examples of a label; least customers of a label of the shop's own.</param>
    /// <returns>The scheme, and each label left out with its count.</returns>
    public static (SegmentScheme Scheme, IReadOnlyDictionary<string, int> Dropped) Fit(
        SchemeChoice choice, IReadOnlyCollection<AsOfExample> training, TimeSpan horizon, int countMin)
    {
        ArgumentNullException.ThrowIfNull(choice);
        ArgumentNullException.ThrowIfNull(training);
        return choice.Name switch
        {
            SegmentScheme.RfmName => Kept(
                new SegmentScheme(SegmentScheme.RfmName, RfmSegments.All, horizon, 0m) { Quantiles = RfmQuantiles.Fit(training.Select(example => example.Ending)) },
                training,
                countMin),
            SegmentScheme.OwnName => FitOwn(choice.Attribute!, training, horizon, countMin),
            _ => Kept(new SegmentScheme(SegmentScheme.PredictiveName, PredictiveLabels.All, horizon, ThresholdOf(training)), training, countMin),
        };
    }

    /// <summary>The examples under a scheme; one whose label the scheme lacks is left out, and counted.</summary>
    /// <remarks>Of a shop's own labels none is left out: an example without one tells of churn and spend, and its count is of those that have none.</remarks>
    public static (ExampleSet Set, int LeftOut) Label(SegmentScheme scheme, IEnumerable<AsOfExample> examples)
    {
        ArgumentNullException.ThrowIfNull(scheme);
        ArgumentNullException.ThrowIfNull(examples);
        var labelled = new List<Example>();
        var shown = new ShownAttributes(scheme);
        var leftOut = 0;
        foreach (var example in examples)
        {
            var label = LabelOf(scheme, example) is { } name ? scheme.IndexOf(name) : Example.None;
            leftOut += label < 0 ? 1 : 0;
            if (label >= 0 || scheme.Attribute is not null)
            {
                labelled.Add(new Example(
                    example.CustomerId, shown.Of(example.Input), label, example.HasPurchased, example.FutureDays > 0, (float)example.FutureSpend));
            }
        }

        return (new ExampleSet(scheme, labelled), leftOut);
    }

    /// <summary>The label of an example under a scheme, whether or not the scheme kept it; null where the shop gave none.</summary>
    internal static string? LabelOf(SegmentScheme scheme, AsOfExample e) => scheme switch
    {
        { Quantiles: { } quantiles } => RfmSegments.Of(e.Ending, quantiles),
        { Attribute: { } attribute } => OwnLabel.In(e.Input.Attributes, attribute),
        _ => PredictiveLabels.Of(e.HasPurchased, e.NewCustomer, e.FutureDays, e.FutureSpend, scheme.HighValueThreshold),
    };

    private static (SegmentScheme Scheme, IReadOnlyDictionary<string, int> Dropped) Kept(
        SegmentScheme scheme, IEnumerable<AsOfExample> training, int countMin)
    {
        var counts = training.CountBy(example => LabelOf(scheme, example)!).ToDictionary(StringComparer.Ordinal);
        var dropped = scheme.Labels.Where(label => counts.GetValueOrDefault(label) < countMin).ToDictionary(label => label, label => counts.GetValueOrDefault(label));
        return (scheme with { Labels = [.. scheme.Labels.Where(label => !dropped.ContainsKey(label))] }, dropped);
    }

    private static decimal ThresholdOf(IEnumerable<AsOfExample> training)
    {
        var spends = training.Where(example => example.FutureDays > 0).Select(example => example.FutureSpend).Order().ToList();
        return spends.Count == 0 ? decimal.MaxValue : spends[Math.Min(spends.Count - 1, (int)(spends.Count * PredictiveLabels.HighValueQuantile))];
    }

    // A customer has one label, however many cutoffs there are, so customers are counted.
    private static (SegmentScheme Scheme, IReadOnlyDictionary<string, int> Dropped) FitOwn(
        string attribute, IEnumerable<AsOfExample> training, TimeSpan horizon, int countMin)
    {
        var counts = training.Select(example => (example.CustomerId, Label: OwnLabel.In(example.Input.Attributes, attribute)))
            .Where(pair => pair.Label is not null).Distinct().CountBy(pair => pair.Label!).ToList();
        var kept = counts.Where(label => label.Value >= countMin).OrderByDescending(label => label.Value).ThenBy(label => label.Key, StringComparer.Ordinal)
            .Take(OwnLabelsMax).Select(label => label.Key).Order(StringComparer.Ordinal).ToImmutableArray();
        if (kept.FirstOrDefault(ReservedNames.Contains) is { } reserved)
        {
            throw new InsufficientDataException($"Attribute '{attribute}' has the label '{reserved}', which is what look-ups answer without a model: give it another name.");
        }

        return (
            new SegmentScheme(SegmentScheme.OwnName, kept, horizon, 0m) { Attribute = attribute },
            counts.Where(label => !kept.Contains(label.Key)).ToDictionary(label => label.Key, label => label.Value, StringComparer.Ordinal));
    }

    private static readonly ImmutableArray<string> ReservedNames = ["unknown", "unscored", "unprofiled"];

    /// <summary>Takes the attribute that holds the labels out of inputs; one customer's inputs go on sharing the rest.</summary>
    private sealed class ShownAttributes(SegmentScheme scheme)
    {
        private readonly Dictionary<string[], string[]> _shown = new(ReferenceEqualityComparer.Instance);

        public CustomerInput Of(CustomerInput input)
        {
            if (scheme.Attribute is null)
            {
                return input;
            }

            if (!_shown.TryGetValue(input.Attributes, out var shown))
            {
                _shown.Add(input.Attributes, shown = [.. input.Attributes.Where(scheme.Shows)]);
            }

            return input with { Attributes = shown };
        }
    }
}
