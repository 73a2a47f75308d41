using System.Diagnostics;
using OrleansSeg.Model.Evaluation.Baselines;
using OrleansSeg.Model.Inference;
using OrleansSeg.Model.Training;

namespace OrleansSeg.Model.Evaluation;

/// <summary>Fits and measures our model and every baseline on one labelled split.</summary>
internal sealed class Evaluator(
    LabelledData data, TrainingPlan plan, IProgress<TrainingProgress>? progress, CancellationToken cancellationToken)
{
    private readonly Dictionary<string, double[]> _weights = [];
    private readonly Dictionary<string, double> _seconds = [];

    /// <summary>Runs.</summary>
    /// <param name="read">How long reading took.</param>
    public EvaluationReport Run(TimeSpan read)
    {
        _seconds.Add("read", Math.Round(read.TotalSeconds, 1));
        IForecasterTrainer[] baselines = [new MajorityBaseline(), new RuleBaseline(), OnAggregates(new LogisticBaseline()), OnAggregates(new LightGbmBaseline()), new GruBaseline()];
        var scores = baselines.ToDictionary(baseline => baseline.Name, baseline => Measure(baseline, out _));
        var model = Measure(new ModelTrainer(texts: plan.Texts), out var parameters);
        return new EvaluationReport
        {
            Cutoff = data.Split.Test!.Value,
            HorizonDays = plan.Horizon.TotalDays,
            Labels = data.Scheme.Labels,
            Scheme = plan.Scheme.ToString(),
            TestCustomers = data.Test!.Labelled().Examples.Count,
            Model = model,
            Baselines = scores,
            Data = data.Data,
            Seed = plan.Seed,
            TrainingCutoffs = data.Split.Training,
            ValidationCutoff = data.Split.Validation,
            TrainingExamples = data.Training.Examples.Count,
            ValidationExamples = data.Validation.Examples.Count,
            HighValueThreshold = data.Scheme.HighValueThreshold,
            DroppedLabels = data.DroppedLabels,
            LeftOut = data.LeftOut,
            DecisionWeights = _weights,
            Seconds = _seconds,
            Parameters = parameters,
            Notes = [.. Notes()],
        };
    }

    // What tells the shop's own labels is mostly in the profile, so there the baselines see it too.
    private IForecasterTrainer OnAggregates(IForecasterTrainer baseline) => data.Scheme.Attribute is null ? baseline : new WithAttributes(baseline);

    private Scores Measure(IForecasterTrainer trainer, out long parameters)
    {
        var clock = Stopwatch.StartNew();
        var (labelled, test) = (data.Validation.Labelled(), data.Test!.Labelled());
        using var fitted = trainer is ModelTrainer
            ? trainer.Fit(data.Training, data.Validation, plan.Seed, progress, cancellationToken)
            : trainer.Fit(data.Training.Labelled(), labelled, plan.Seed, progress, cancellationToken);
        parameters = (fitted as SegmentModel)?.ParameterCount ?? 0;
        var weights = DecisionWeights.Fit(
            [.. fitted.Forecast(Inputs(labelled)).Select(forecast => forecast.Probabilities)],
            [.. labelled.Examples.Select(example => example.Label)],
            data.Scheme.Count);
        _weights.Add(trainer.Name, weights);
        var forecasts = fitted.Forecast(Inputs(test));
        _seconds.Add(trainer.Name, Math.Round(clock.Elapsed.TotalSeconds, 1));
        return Scorer.Measure(trainer.Engine, test, forecasts, weights, plan.BootstrapResamples, plan.Seed);
    }

    private static List<Features.CustomerInput> Inputs(ExampleSet set) => [.. set.Examples.Select(example => example.Input)];

    private IEnumerable<string> Notes()
    {
        if (LightGbmBaseline.Fallback is { } reason)
        {
            yield return reason;
        }

        if (data.Data.LastEvent < data.Split.Test + plan.Horizon - TimeSpan.FromDays(1))
        {
            yield return $"The data end {data.Data.LastEvent.UtcDateTime:yyyy-MM-dd}, before the horizon does: late purchases are missing from the labels.";
        }

        foreach (var (label, count) in data.DroppedLabels)
        {
            yield return $"Segment {label} is left out: {count} training examples.";
        }
    }
}
