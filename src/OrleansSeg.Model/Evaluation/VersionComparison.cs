using OrleansSeg.Model.Evaluation.Rolling;
using OrleansSeg.Model.Inference;
using OrleansSeg.Model.Segments;
using OrleansSeg.Model.Training;

namespace OrleansSeg.Model.Evaluation;

/// <summary>Two versions of a model, measured on the same customers.</summary>
/// <param name="Cutoff">Both know what was before it and are measured by what came after.</param>
/// <param name="Customers">Customers measured: of the holdout, on whom neither was trained.</param>
/// <param name="First">The first version.</param>
/// <param name="Second">The second version.</param>
/// <param name="LogLossDifference">The second's log loss less the first's, customer by customer.</param>
/// <param name="Decisions">Whether they decide right equally often.</param>
public sealed record VersionComparison(
    DateTimeOffset Cutoff, int Customers, Scores First, Scores Second, PairedDifference LogLossDifference, McNemar Decisions)
{
    /// <summary>Measures both at the latest cutoff whose horizon has passed; labels are the first's.</summary>
    /// <param name="first">The first version.</param>
    /// <param name="second">The second version.</param>
    /// <param name="histories">Customers whom neither was trained on; read twice.</param>
    /// <param name="plan">Seed, bounds and resamples; the horizon is the first's.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="InsufficientDataException">Nobody can be measured, or the two look ahead differently far.</exception>
    public static async Task<VersionComparison> MeasureAsync(
        SegmentModel first, SegmentModel second, HistorySource histories, TrainingPlan plan, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        if (first.Scheme.Horizon != second.Scheme.Horizon)
        {
            throw new InsufficientDataException(
                $"The two look ahead {first.Scheme.Horizon.TotalDays:F0} and {second.Scheme.Horizon.TotalDays:F0} days: no customer can be measured for both.");
        }

        var (last, examples) = (DateTimeOffset.MinValue, new List<AsOfExample>());
        await foreach (var history in histories(cancellationToken))
        {
            last = history.Events.Count > 0 && history.Events[^1].Timestamp > last ? history.Events[^1].Timestamp : last;
        }

        var cutoff = last == DateTimeOffset.MinValue ? last : last - first.Scheme.Horizon;
        await foreach (var history in histories(cancellationToken))
        {
            examples.AddRange(AsOfExamples.Of(history, [cutoff], first.Scheme.Horizon));
        }

        var held = SchemeFit.Label(first.Scheme, examples.OrderBy(example => example.CustomerId, StringComparer.Ordinal)).Set.Labelled();
        return held.Examples.Count == 0
            ? throw new InsufficientDataException("There is no customer of the holdout with behaviour before a cutoff whose horizon has passed.")
            : await Task.Run(() => Measure(first, second, held, cutoff, plan), cancellationToken);
    }

    private static VersionComparison Measure(SegmentModel first, SegmentModel second, ExampleSet held, DateTimeOffset cutoff, TrainingPlan plan)
    {
        var (one, other) = (Measured.Of(first, held, plan), Measured.Of(second, held, plan));
        return new VersionComparison(
            cutoff,
            held.Examples.Count,
            one.Scores,
            other.Scores,
            PairedDifference.Of(
                [.. held.Examples.Select(example => example.CustomerId)], [.. other.Losses.Zip(one.Losses, (second, first) => second - first)], plan.BootstrapResamples, plan.Seed),
            McNemar.Of([.. held.Examples.Select(example => example.Label)], one.Decisions, other.Decisions));
    }

    private sealed record Measured(Scores Scores, IReadOnlyList<double> Losses, int[] Decisions)
    {
        public static Measured Of(SegmentModel model, ExampleSet held, TrainingPlan plan)
        {
            // A label that the model lacks has probability 0.
            int[] places = [.. held.Scheme.Labels.Select(model.Scheme.IndexOf)];
            var weights = Array.ConvertAll(places, place => place < 0 ? 0 : model.DecisionWeights[place]);
            Forecast[] forecasts = [.. model.Forecast([.. held.Examples.Select(example => example.Input)])
                .Select(forecast => forecast with { Probabilities = Array.ConvertAll(places, place => place < 0 ? 0 : forecast.Probabilities[place]) })];
            var decisions = DecisionWeights.Decide(forecasts, weights);
            var scorer = new Scorer(held, forecasts, decisions);
            return new Measured(scorer.ToScores("TorchSharp", held.Scheme.Labels, plan.BootstrapResamples, plan.Seed), scorer.Losses, decisions);
        }
    }
}
