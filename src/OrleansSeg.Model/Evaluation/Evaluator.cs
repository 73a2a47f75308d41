using System.Diagnostics;
using OrleansSeg.Model.Evaluation.Baselines;
using OrleansSeg.Model.Evaluation.Baselines.BuyTillYouDie;
using OrleansSeg.Model.Inference;
using OrleansSeg.Model.Training;

namespace OrleansSeg.Model.Evaluation;

/// <summary>Fits and measures our model and every baseline on one labelled split.</summary>
internal sealed class Evaluator(
    LabelledData data, TrainingPlan plan, IProgress<TrainingProgress>? progress, CancellationToken cancellationToken)
{
    private readonly Dictionary<string, double[]> _weights = [];
    private readonly Dictionary<string, double> _seconds = [];
    private readonly List<(string Name, string Engine, IReadOnlyList<Forecast> Forecasts)> _told = [];

    /// <summary>Runs.</summary>
    /// <param name="read">How long reading took.</param>
    public EvaluationReport Run(TimeSpan read)
    {
        _seconds.Add("read", Math.Round(read.TotalSeconds, 1));
        IForecasterTrainer[] baselines = [new MajorityBaseline(), new RuleBaseline(), new LogisticBaseline(), new LightGbmBaseline(), new GruBaseline()];
        var scores = baselines.ToDictionary(baseline => baseline.Name, baseline => Measure(baseline, out _));
        var model = Measure(new ModelTrainer(plan.Network?.Shape, plan.Network?.Training, plan.Texts), out var parameters);
        TellValue(new BgNbdBaseline());
        var value = new ValueScorer(data.Test!).Measure([.. _told.OrderBy(told => told.Name != "model")], plan.BootstrapResamples, plan.Seed);
        return new EvaluationReport
        {
            Cutoff = data.Split.Test!.Value,
            HorizonDays = plan.Horizon.TotalDays,
            Labels = data.Scheme.Labels,
            Scheme = plan.Scheme.ToString(),
            TestCustomers = data.Test!.Labelled().Examples.Count,
            Model = model,
            Baselines = scores,
            Value = value,
            Data = data.Data,
            Seed = plan.Seed,
            TrainingCutoffs = data.Split.Training,
            ValidationCutoff = data.Split.Validation,
            TrainingExamples = data.Training.Examples.Count,
            ValidationExamples = data.Validation.Examples.Count,
            RefittedExamples = plan.Refit ? data.Matured.Examples.Count : null,
            HighValueThreshold = data.Scheme.HighValueThreshold,
            DroppedLabels = data.DroppedLabels,
            LeftOut = data.LeftOut,
            DecisionWeights = _weights,
            Seconds = _seconds,
            Parameters = parameters,
            Notes = [.. Notes()],
        };
    }

    private Scores Measure(IForecasterTrainer trainer, out long parameters)
    {
        var clock = Stopwatch.StartNew();
        var test = data.Test!.Labelled();
        using var fit = DecidedFit.Of(trainer, data, plan.Refit, plan.Seed, progress, cancellationToken);
        parameters = (fit.Forecaster as SegmentModel)?.ParameterCount ?? 0;
        _weights.Add(trainer.Name, fit.Weights);
        var forecasts = fit.Forecaster.Forecast(DecidedFit.InputsOf(data.Test!.Examples));
        _told.Add((trainer.Name, trainer.Engine, forecasts));
        _seconds.Add(trainer.Name, Math.Round(clock.Elapsed.TotalSeconds, 1));
        return Scorer.Measure(
            trainer.Engine, test, [.. forecasts.Where((_, i) => data.Test!.Examples[i].Label >= 0)], fit.Weights, plan.BootstrapResamples, plan.Seed);
    }

    /// <summary>Churn and spend of a baseline that tells no segments, as it stands and corrected on validation.</summary>
    private void TellValue(IForecasterTrainer trainer)
    {
        var clock = Stopwatch.StartNew();
        using var fitted = trainer.Fit(data.Training, data.Validation, plan.Seed, progress, cancellationToken);
        Tell(trainer.Name, trainer.Engine, fitted, clock);
        clock.Restart();
        using var calibrated = new CalibratedValue(fitted, data.Validation);
        Tell($"{trainer.Name}_calibrated", $"{trainer.Engine}, corrected on validation", calibrated, clock);
    }

    private void Tell(string name, string engine, IForecaster fitted, Stopwatch clock)
    {
        _told.Add((name, engine, fitted.Forecast(DecidedFit.InputsOf(data.Test!.Examples))));
        _seconds.Add(name, Math.Round(clock.Elapsed.TotalSeconds, 1));
    }

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
