using System.Diagnostics;
using System.Globalization;
using OrleansSeg.Model.Sequences;
using OrleansSeg.Model.Training;

namespace OrleansSeg.Model.Evaluation.Rolling;

/// <summary>Fits contenders at one cutoff.</summary>
/// <param name="data">What was read for it.</param>
/// <param name="plan">What to compare.</param>
/// <param name="progress">Told of each epoch; may be null.</param>
/// <param name="looking">Called once, before the first of them is held against what came after.</param>
/// <param name="cancellationToken">Stops between steps.</param>
internal sealed class CutoffRun(LabelledData data, RollingPlan plan, IProgress<TrainingProgress>? progress, Action looking, CancellationToken cancellationToken)
{
    private bool _hasLooked;

    /// <summary>The examples tested.</summary>
    public ExampleSet Test { get; } = data.Test!.Labelled();

    /// <summary>Fits one contender with one seed, once for each fold, and looks at what it says of all test customers.</summary>
    public (Scorer Scorer, double Seconds) Measure(Contender contender, int seed)
    {
        var clock = Stopwatch.StartNew();
        var (forecasts, decisions) = (new Forecast[Test.Examples.Count], new int[Test.Examples.Count]);
        for (var fold = 0; fold < plan.Folds; fold++)
        {
            var current = fold;
            var sets = plan.Folds == 1 ? data : Where(IsOutside);
            int[] tested = [.. Enumerable.Range(0, forecasts.Length).Where(i => plan.Folds == 1 || !IsOutside(Test.Examples[i]))];
            Measure(contender, seed, sets, tested, forecasts, decisions);

            bool IsOutside(Example example) => FoldOf(example.CustomerId) != current;
        }

        if (!_hasLooked)
        {
            looking();
            _hasLooked = true;
        }

        var scorer = new Scorer(Test, forecasts, decisions);
        progress?.Report(new TrainingProgress(StageOf(contender, seed), 1, 1, double.NaN, scorer.Losses.Average()));
        return (scorer, clock.Elapsed.TotalSeconds);
    }

    /// <summary>Fits one contender on a share of the customers.</summary>
    public LearningPoint Learn(Contender contender, double share)
    {
        var sets = Where(IsKept);
        var (forecasts, decisions) = (new Forecast[Test.Examples.Count], new int[Test.Examples.Count]);
        Measure(contender, plan.Seeds[0], sets, [.. Enumerable.Range(0, forecasts.Length)], forecasts, decisions);
        var customers = sets.Training.Examples.Select(example => example.CustomerId).Distinct(StringComparer.Ordinal).Count();
        return new LearningPoint(contender.Name, share, customers, new Scorer(Test, forecasts, decisions).Losses.Average());

        bool IsKept(Example example) => StableHash.Of(example.CustomerId, plan.Data.Seed) <= share * ulong.MaxValue;
    }

    private void Measure(Contender contender, int seed, LabelledData sets, int[] tested, Forecast[] forecasts, int[] decisions)
    {
        using var fit = DecidedFit.Of(
            contender.Trainer, sets, plan.Data.Refit, seed, progress is null ? null : new Staged(StageOf(contender, seed), progress), cancellationToken);
        foreach (var (i, forecast) in tested.Zip(fit.Forecaster.Forecast(DecidedFit.InputsOf(tested.Select(i => Test.Examples[i])))))
        {
            (forecasts[i], decisions[i]) = (forecast, DecisionWeights.Decide(forecast.Probabilities, fit.Weights));
        }
    }

    private int FoldOf(string customer) => (int)(StableHash.Of(customer, plan.Data.Seed) % (ulong)plan.Folds);

    private string StageOf(Contender contender, int seed) =>
        string.Create(CultureInfo.InvariantCulture, $"{data.Split.Test!.Value.UtcDateTime:yyyy-MM-dd} {contender.Name}, seed {seed}");

    private LabelledData Where(Func<Example, bool> which)
    {
        return data with { Training = Of(data.Training), Validation = Of(data.Validation), Matured = Of(data.Matured) };

        ExampleSet Of(ExampleSet set) => set with { Examples = [.. set.Examples.Where(which)] };
    }

    private sealed class Staged(string stage, IProgress<TrainingProgress> progress) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => progress.Report(value with { Stage = $"{stage}: {value.Stage}" });
    }
}
