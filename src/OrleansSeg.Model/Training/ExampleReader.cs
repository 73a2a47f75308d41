using OrleansSeg.Events;
using OrleansSeg.Model.Bundles;
using OrleansSeg.Model.Features;
using OrleansSeg.Model.Segments;

namespace OrleansSeg.Model.Training;

/// <summary>Streams histories into labelled examples; keeps examples within the plan's bounds, and one history at a time.</summary>
internal static class ExampleReader
{
    /// <summary>Reads for an evaluation, in one pass.</summary>
    public static async Task<LabelledData> ReadForEvaluationAsync(
        HistorySource histories, DateTimeOffset cutoff, TrainingPlan plan, IProgress<TrainingProgress>? progress, CancellationToken cancellationToken)
    {
        if (cutoff < plan.WholeFrom)
        {
            throw new InsufficientDataException($"Cutoff {cutoff:O} is before {plan.WholeFrom:O}: retention has dropped events that it would need.");
        }

        // The first event is not known before the pass; cutoffs earlier than it simply have no examples.
        var early = cutoff - (plan.Horizon * 2) - (plan.CutoffStep * (plan.CutoffCountMax + 1));
        var split = TimeSplit.ForEvaluation(early, cutoff, plan.Horizon, plan.CutoffStep, plan.CutoffCountMax);
        var samples = new Samples(split, plan);
        var data = (await ReadAsync(histories, samples, progress, cancellationToken)).Summarize();
        split = TimeSplit.ForEvaluation(FirstOf(data, plan), cutoff, plan.Horizon, plan.CutoffStep, plan.CutoffCountMax);
        return samples.Label(data, split);
    }

    /// <summary>Reads for a model that goes into service: one pass to find the time that the data span, one to make examples.</summary>
    public static async Task<LabelledData> ReadForTrainingAsync(
        HistorySource histories, TrainingPlan plan, IProgress<TrainingProgress>? progress, CancellationToken cancellationToken)
    {
        var data = (await ReadAsync(histories, null, progress, cancellationToken)).Summarize();
        SufficientData.CheckCustomers(data.Customers);
        var split = TimeSplit.ForTraining(FirstOf(data, plan), data.LastEvent, plan.Horizon, plan.CutoffStep, plan.CutoffCountMax);
        var samples = new Samples(split, plan);
        await ReadAsync(histories, samples, progress, cancellationToken);
        return samples.Label(data, split);
    }

    private static DateTimeOffset FirstOf(DataSummary data, TrainingPlan plan) => plan.WholeFrom > data.FirstEvent ? plan.WholeFrom.Value : data.FirstEvent;

    private static async Task<DataScan> ReadAsync(
        HistorySource histories, Samples? samples, IProgress<TrainingProgress>? progress, CancellationToken cancellationToken)
    {
        var scan = new DataScan();
        await foreach (var history in histories(cancellationToken))
        {
            scan.Add(history);
            samples?.Add(history);
            if (scan.Customers % 1_000 == 0)
            {
                progress?.Report(new TrainingProgress("read", (int)Math.Min(scan.Customers, int.MaxValue), 0, double.NaN, double.NaN));
            }
        }

        return scan;
    }

    private sealed class Samples(TimeSplit split, TrainingPlan plan)
    {
        private readonly ExampleSample _training = new(plan.TrainingExamplesMax, plan.Seed);
        private readonly ExampleSample _validation = new(plan.HeldExamplesMax, plan.Seed);
        private readonly ExampleSample _matured = new(plan.TrainingExamplesMax, plan.Seed);
        private readonly ExampleSample _test = new(plan.HeldExamplesMax, plan.Seed);

        public void Add(CustomerHistory history)
        {
            // What is fitted must have been known when the test begins: a live event that was recorded later labels nothing.
            var known = split.Test is { } test ? KnownBy(history, test) : history;
            var part = plan.Scheme.IsOwn ? LabelHoldout.PartOf(history.CustomerId, split.Test is not null) : LabelPart.Every;
            Add(
                known,
                (_training, part.HasFlag(LabelPart.Training) ? split.Training : []),
                (_validation, part.HasFlag(LabelPart.Validation) ? [split.Validation] : []),
                (_matured, part != LabelPart.Test ? split.Matured : []));
            Add(history, (_test, part.HasFlag(LabelPart.Test) && split.Test is { } cutoff ? [cutoff] : []));
        }

        public LabelledData Label(Bundles.DataSummary data, TimeSplit times)
        {
            var training = _training.ToList();
            SufficientData.CheckCustomers(training.Select(example => example.CustomerId).Distinct(StringComparer.Ordinal).LongCount());
            var (scheme, dropped) = SchemeFit.Fit(plan.Scheme, training, plan.Horizon, SufficientData.ExamplesPerLabelMin);
            SufficientData.CheckLabels(scheme, dropped);
            var (fitted, _) = SchemeFit.Label(scheme, training);
            var (validation, leftOut) = SchemeFit.Label(scheme, _validation.ToList());
            var (test, testLeftOut) = SchemeFit.Label(scheme, _test.ToList());
            SufficientData.CheckHeld(validation, "validation", times.Validation);
            if (times.Test is { } cutoff)
            {
                SufficientData.CheckHeld(test, "test", cutoff);
            }

            return new LabelledData(data, times, fitted, validation, times.Test is null ? null : test, dropped, leftOut + testLeftOut)
            {
                Matured = SchemeFit.Label(scheme, _matured.ToList()).Set,
            };
        }

        // An example that several sets want is made once.
        private void Add(CustomerHistory history, params ReadOnlySpan<(ExampleSample Sample, IReadOnlyList<DateTimeOffset> Cutoffs)> wishes)
        {
            var takers = new SortedDictionary<DateTimeOffset, List<ExampleSample>>();
            foreach (var (sample, cutoffs) in wishes)
            {
                foreach (var cutoff in cutoffs.Where(cutoff => sample.Wants(history.CustomerId, cutoff)))
                {
                    (takers.TryGetValue(cutoff, out var others) ? others : takers[cutoff] = []).Add(sample);
                }
            }

            foreach (var example in AsOfExamples.Of(history, [.. takers.Keys], plan.Horizon))
            {
                takers[example.Cutoff].ForEach(sample => sample.Add(example));
            }
        }

        private static CustomerHistory KnownBy(CustomerHistory history, DateTimeOffset time) =>
            history.Events.All(e => e.WasRecordedBy(time)) ? history : history with { Events = [.. history.Events.Where(e => e.WasRecordedBy(time))] };
    }
}
