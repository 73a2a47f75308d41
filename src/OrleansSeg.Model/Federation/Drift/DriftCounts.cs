using System.Collections.Immutable;
using OrleansSeg.Model.Evaluation;
using OrleansSeg.Model.Federation.Fitting;
using OrleansSeg.Model.Federation.Training;
using OrleansSeg.Model.Features;
using OrleansSeg.Model.Inference;
using OrleansSeg.Model.Segments;
using OrleansSeg.Model.Training;

namespace OrleansSeg.Model.Federation.Drift;

/// <summary>What a trainer tells of its customers then and now: counts alone. Those of several trainers of one site sum.</summary>
/// <param name="Labels">(S) the labels of the model's scheme.</param>
/// <param name="Then">Features at <see cref="DriftQuestion.Known"/>, as <see cref="FitStatistics.ToBytes"/>.</param>
/// <param name="Now">Features at <see cref="DriftQuestion.Present"/>, the same way.</param>
/// <param name="SegmentsThen">(S) the model's decisions at <see cref="DriftQuestion.Known"/>.</param>
/// <param name="SegmentsNow">(S) the model's decisions at <see cref="DriftQuestion.Present"/>.</param>
/// <param name="Matured">How the model's forecasts at <see cref="DriftQuestion.Matured"/> turned out; null where nothing has matured that it did not know.</param>
/// <param name="MaturedLabels">Labelled examples that have matured since, at cutoffs <see cref="DriftQuestion.Step"/> apart.</param>
public sealed record DriftCounts(
    ImmutableArray<string> Labels, byte[] Then, byte[] Now, long[] SegmentsThen, long[] SegmentsNow, ScoreSums? Matured, long MaturedLabels)
{
    /// <summary>Counts customers.</summary>
    /// <param name="histories">The customers, without the holdout.</param>
    /// <param name="question">What to compare.</param>
    /// <param name="model">The site's model in service.</param>
    /// <param name="scheme">The model's scheme, with the site's threshold.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    public static async Task<DriftCounts> OfAsync(
        HistorySource histories, DriftQuestion question, SegmentModel model, SegmentScheme scheme, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(question);
        ArgumentNullException.ThrowIfNull(model);
        var (then, now) = (new Moment(question, question.Known), new Moment(question, question.Present));
        var matured = new ExampleSample(question.ExamplesMax, question.Seed);
        DateTimeOffset[] newCutoffs = [.. question.NewCutoffs()];
        var labels = 0L;
        await foreach (var history in histories(cancellationToken))
        {
            then.Add(history);
            now.Add(history);
            if (question.HasMatured)
            {
                labels += AsOfExamples.Of(history, newCutoffs, question.Horizon).Count();
                foreach (var example in AsOfExamples.Of(history, [question.Matured], question.Horizon))
                {
                    matured.Add(example);
                }
            }
        }

        return new DriftCounts(
            model.Scheme.Labels, then.Features(), now.Features(), then.Segments(model), now.Segments(model),
            question.HasMatured ? HoldoutScores.Of(model, SchemeFit.Label(scheme, matured.ToList()).Set) : null, labels);
    }

    /// <summary>The sum of several trainers' counts, at least one; of models with the same labels.</summary>
    public static DriftCounts Merge(IEnumerable<DriftCounts> parts)
    {
        var all = parts.ToList();
        return new DriftCounts(
            all[0].Labels,
            Sum(all.Select(part => part.Then)),
            Sum(all.Select(part => part.Now)),
            Sum(all.Select(part => part.SegmentsThen)),
            Sum(all.Select(part => part.SegmentsNow)),
            all.TrueForAll(part => part.Matured is not null) ? ScoreSums.Merge(all.Select(part => part.Matured!)) : null,
            all.Sum(part => part.MaturedLabels));
    }

    private static byte[] Sum(IEnumerable<byte[]> parts) => FitStatistics.Merge(parts.Select(FitStatistics.FromBytes)).ToBytes();

    private static long[] Sum(IEnumerable<long[]> parts) => parts.Aggregate((one, other) => [.. one.Zip(other, (x, y) => x + y)]);

    /// <summary>Customers who were active before an instant.</summary>
    private sealed class Moment(DriftQuestion question, DateTimeOffset instant)
    {
        private static readonly int LastEvent = AggregateFeatures.Names.IndexOf("days_since_last_event");
        private readonly FitCounter _features = new();
        private readonly ExampleSample _sample = new(question.ExamplesMax, question.Seed);

        public void Add(CustomerHistory history)
        {
            foreach (var example in AsOfExamples.Of(history, [instant], question.Horizon))
            {
                if (example.Input.Aggregates[LastEvent] <= question.Horizon.TotalDays)
                {
                    _features.Add([example]);
                    _sample.Add(example);
                }
            }
        }

        public byte[] Features() => _features.ToStatistics().ToBytes();

        public long[] Segments(SegmentModel model)
        {
            var counts = new long[model.Scheme.Count];
            foreach (var forecast in model.Forecast([.. _sample.ToList().Select(example => example.Input)]))
            {
                counts[DecisionWeights.Decide(forecast.Probabilities, [.. model.DecisionWeights])]++;
            }

            return counts;
        }
    }
}
