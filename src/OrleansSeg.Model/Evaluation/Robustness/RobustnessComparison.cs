using OrleansSeg.Events;
using OrleansSeg.Model.Evaluation.Rolling;
using OrleansSeg.Model.Features;
using OrleansSeg.Model.Native;
using OrleansSeg.Model.Training;

namespace OrleansSeg.Model.Evaluation.Robustness;

/// <summary>What one fitted model loses when a channel of its input is missing, and what a model loses that is a year old.</summary>
/// <remarks>
/// One fit at one past cutoff. Each channel is taken from the events before the cutoff, so that window and aggregates lack it alike; labels
/// stay what they are. A customer of whom nothing is left is scored as one who did nothing. The old model is fitted as it would have been
/// then; each model is measured by the labels of its own scheme.
/// </remarks>
/// <param name="histories">The customers; all in memory.</param>
/// <param name="trainer">Fits the model.</param>
/// <param name="plan">Horizon, bounds, resamples, threads and seed.</param>
/// <param name="progress">Told of what is done; may be null.</param>
public sealed class RobustnessComparison(
    IReadOnlyList<CustomerHistory> histories, IForecasterTrainer trainer, TrainingPlan plan, IProgress<TrainingProgress>? progress)
{
    private readonly Dictionary<string, CustomerHistory> _byId = histories.ToDictionary(history => history.CustomerId, StringComparer.Ordinal);

    /// <summary>Runs; off the caller's scheduler where it computes.</summary>
    /// <param name="cutoff">When the test begins.</param>
    /// <param name="age">How much older the old model is.</param>
    /// <param name="cancellationToken">Stops between fits.</param>
    /// <exception cref="InsufficientDataException">Too few customers, or too short a history before the cutoff.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public async Task<RobustnessReport> RunAsync(DateTimeOffset cutoff, TimeSpan age, CancellationToken cancellationToken)
    {
        var data = await ExampleReader.ReadForEvaluationAsync(_ => histories.ToAsyncEnumerable(), cutoff, plan, progress, cancellationToken);
        return await Task.Run(() => MeasureAsync(data, cutoff, age, cancellationToken), cancellationToken);
    }

    private async Task<RobustnessReport> MeasureAsync(LabelledData data, DateTimeOffset cutoff, TimeSpan age, CancellationToken cancellationToken)
    {
        using var threads = TorchThreads.Fix(plan.Threads);
        using var fitted = Fit(data, cancellationToken);
        var whole = Measure("whole", fitted, data.Test!, null);
        List<ChannelScores> scores = [whole.Scores];
        List<string> absent = [];
        foreach (var (name, without) in Channels.All)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (Without(data.Test!, cutoff, without) is { } test)
            {
                scores.Add(Measure(name, fitted, test, whole.Losses).Scores);
            }
            else
            {
                absent.Add(name);
            }
        }

        var (old, reason) = await OldAsync(data, cutoff, age, whole.Losses, cancellationToken);
        scores.AddRange(old is null ? [] : [old]);
        return new RobustnessReport(cutoff, plan.Horizon.TotalDays, plan.Seed, data.Test!.Examples.Count, scores, absent, reason);
    }

    private DecidedFit Fit(LabelledData data, CancellationToken cancellationToken) =>
        DecidedFit.Of(trainer, data, plan.Refit, plan.Seed, progress, cancellationToken);

    /// <summary>The test set as the model would see it without a channel; null when nobody's input changes.</summary>
    private ExampleSet? Without(ExampleSet test, DateTimeOffset cutoff, Func<CustomerHistory, DateTimeOffset, CustomerHistory> without)
    {
        var changed = false;
        var examples = new List<Example>(test.Examples.Count);
        foreach (var example in test.Examples)
        {
            var history = _byId[example.CustomerId];
            var left = without(history, cutoff);
            changed |= !ReferenceEquals(left, history);
            examples.Add(ReferenceEquals(left, history) ? example : example with { Input = InputOf(left, cutoff) });
        }

        return changed ? test with { Examples = examples } : null;
    }

    private CustomerInput InputOf(CustomerHistory history, DateTimeOffset cutoff) =>
        AsOfExamples.Of(history, [cutoff], plan.Horizon).FirstOrDefault()?.Input
        ?? CustomerInputBuilder.Build(new LifetimeAggregates(), [], history.Attributes, cutoff);

    private async Task<(ChannelScores? Scores, string? Why)> OldAsync(
        LabelledData data, DateTimeOffset cutoff, TimeSpan age, IReadOnlyDictionary<string, double> whole, CancellationToken cancellationToken)
    {
        LabelledData before;
        try
        {
            before = await ExampleReader.ReadForEvaluationAsync(_ => histories.ToAsyncEnumerable(), cutoff - age, plan, progress, cancellationToken);
        }
        catch (InsufficientDataException exception)
        {
            return (null, exception.Message);
        }

        using var old = Fit(before, cancellationToken);
        var ids = data.Test!.Examples.Select(example => example.CustomerId).ToHashSet(StringComparer.Ordinal);
        var now = histories.Where(history => ids.Contains(history.CustomerId)).SelectMany(history => AsOfExamples.Of(history, [cutoff], plan.Horizon));
        var (test, _) = SchemeFit.Label(before.Scheme, now);
        return (Measure($"a model {age.TotalDays:0} days older", old, test, whole).Scores, null);
    }

    private (ChannelScores Scores, IReadOnlyDictionary<string, double> Losses) Measure(
        string name, DecidedFit fit, ExampleSet test, IReadOnlyDictionary<string, double>? whole)
    {
        var forecasts = fit.Forecaster.Forecast(DecidedFit.InputsOf(test.Examples));
        var scorer = new Scorer(test, forecasts, DecisionWeights.Decide(forecasts, fit.Weights));
        var scores = scorer.ToScores(trainer.Engine, test.Scheme.Labels, resamples: 0, plan.Seed);
        var losses = test.Examples.Zip(scorer.Losses).ToDictionary(pair => pair.First.CustomerId, pair => pair.Second, StringComparer.Ordinal);
        var both = whole is null ? [] : losses.Where(loss => whole.ContainsKey(loss.Key)).ToList();
        var difference = both.Count == 0
            ? null
            : PairedDifference.Of([.. both.Select(loss => loss.Key)], [.. both.Select(loss => loss.Value - whole![loss.Key])], plan.BootstrapResamples, plan.Seed);
        progress?.Report(new TrainingProgress(name, 1, 1, double.NaN, scores.LogLoss));
        return (new ChannelScores(name, scores.LogLoss, scores.ChurnAuroc, scores.MacroF1, difference), losses);
    }
}
