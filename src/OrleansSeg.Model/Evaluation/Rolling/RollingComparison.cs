using System.Diagnostics;
using System.Globalization;
using OrleansSeg.Model.Native;
using OrleansSeg.Model.Training;

namespace OrleansSeg.Model.Evaluation.Rolling;

/// <summary>Fits every contender at several past cutoffs, each only on its past, and compares them example by example.</summary>
/// <remarks>
/// Rolling-origin evaluation (Tashman 2000): the later cutoffs' training sets contain the earlier ones'. Labels are fitted at each cutoff
/// from its training examples. Nothing is chosen by what the test cutoffs show.
/// </remarks>
/// <param name="histories">The customers; read once for each cutoff.</param>
/// <param name="plan">What to compare.</param>
/// <param name="progress">Told of each epoch; may be null.</param>
public sealed class RollingComparison(HistorySource histories, RollingPlan plan, IProgress<TrainingProgress>? progress)
{
    private const double ProbabilityMin = 1e-7;

    private readonly List<string> _customers = [];
    private readonly Dictionary<string, List<double>> _losses = plan.Contenders.ToDictionary(contender => contender.Name, _ => new List<double>());
    private readonly Dictionary<string, List<FitScores>> _fits = plan.Contenders.ToDictionary(contender => contender.Name, _ => new List<FitScores>());

    /// <summary>Runs; off the caller's scheduler where it computes.</summary>
    /// <exception cref="InsufficientDataException">Too few customers, or too short a history before the first cutoff.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public async Task<RollingReport> RunAsync(CancellationToken cancellationToken)
    {
        foreach (var cutoff in plan.Cutoffs)
        {
            var data = await ExampleReader.ReadForEvaluationAsync(histories, cutoff, plan.Data, progress, cancellationToken);
            _customers.AddRange(data.Test!.Examples.Select(example => example.CustomerId));
            await Task.Run(() => Measure(data, cutoff, cancellationToken), cancellationToken);
        }

        var first = _losses[plan.Contenders[0].Name];
        return new RollingReport(
            plan.Cutoffs,
            plan.Data.Horizon.TotalDays,
            plan.Seeds,
            _customers.Distinct(StringComparer.Ordinal).Count(),
            _customers.Count,
            [.. plan.Contenders.Select(contender => Summarize(contender.Name, first))]);
    }

    private void Measure(LabelledData data, DateTimeOffset cutoff, CancellationToken cancellationToken)
    {
        using var threads = TorchThreads.Fix(plan.Data.Threads);
        foreach (var (name, trainer) in plan.Contenders)
        {
            var losses = new double[data.Test!.Examples.Count];
            foreach (var seed in plan.Seeds)
            {
                Measure(data, cutoff, name, trainer, seed, losses, cancellationToken);
            }

            _losses[name].AddRange(losses.Select(loss => loss / plan.Seeds.Count));
        }
    }

    private void Measure(
        LabelledData data, DateTimeOffset cutoff, string name, IForecasterTrainer trainer, int seed, double[] losses, CancellationToken cancellationToken)
    {
        var clock = Stopwatch.StartNew();
        var stage = string.Create(CultureInfo.InvariantCulture, $"{cutoff.UtcDateTime:yyyy-MM-dd} {name}, seed {seed}");
        using var fitted = trainer.Fit(data.Training, data.Validation, seed, progress is null ? null : new Staged(stage, progress), cancellationToken);
        var weights = DecisionWeights.Fit(
            [.. fitted.Forecast(Inputs(data.Validation)).Select(forecast => forecast.Probabilities)],
            [.. data.Validation.Examples.Select(example => example.Label)],
            data.Scheme.Count);
        var forecasts = fitted.Forecast(Inputs(data.Test!));
        var scores = Scorer.Measure(trainer.Engine, data.Test!, forecasts, weights, resamples: 0, seed);
        for (var i = 0; i < losses.Length; i++)
        {
            losses[i] -= Math.Log(Math.Max(forecasts[i].Probabilities[data.Test!.Examples[i].Label], ProbabilityMin));
        }

        _fits[name].Add(new FitScores(
            cutoff, seed, scores.LogLoss, scores.ChurnAuroc, scores.MacroAuroc, scores.MacroF1, Math.Round(clock.Elapsed.TotalSeconds, 1)));
        progress?.Report(new TrainingProgress(stage, 1, 1, double.NaN, scores.LogLoss));
    }

    private ContenderScores Summarize(string name, List<double> first)
    {
        var (losses, fits) = (_losses[name], _fits[name]);
        return new ContenderScores(
            name,
            losses.Average(),
            fits.Average(fit => fit.ChurnAuroc),
            fits.Average(fit => fit.MacroAuroc),
            fits.Average(fit => fit.MacroF1),
            plan.Seeds.Count > 1 ? fits.GroupBy(fit => fit.Cutoff).Average(cutoff => Deviation([.. cutoff.Select(fit => fit.LogLoss)])) : null,
            losses == first ? null : PairedDifference.Of(_customers, [.. losses.Zip(first, (ours, theirs) => ours - theirs)], plan.Data.BootstrapResamples, plan.Data.Seed),
            fits);
    }

    private static double Deviation(IReadOnlyList<double> values)
    {
        var mean = values.Average();
        return Math.Sqrt(values.Sum(value => (value - mean) * (value - mean)) / (values.Count - 1));
    }

    private static List<Features.CustomerInput> Inputs(ExampleSet set) => [.. set.Examples.Select(example => example.Input)];

    private sealed class Staged(string stage, IProgress<TrainingProgress> progress) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => progress.Report(value with { Stage = $"{stage}: {value.Stage}" });
    }
}
