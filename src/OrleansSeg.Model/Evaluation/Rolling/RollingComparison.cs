using OrleansSeg.Model.Bundles;
using OrleansSeg.Model.Native;
using OrleansSeg.Model.Training;

namespace OrleansSeg.Model.Evaluation.Rolling;

/// <summary>Fits every contender at several past cutoffs, each only on its past, and compares them example by example.</summary>
/// <remarks>
/// Rolling-origin evaluation (Tashman 2000): the later cutoffs' training sets contain the earlier ones'. Labels are fitted at each cutoff
/// from its training examples. Nothing is chosen by what the test cutoffs show. Intervals come from resampled customers, who bring all
/// their examples: one customer's at several cutoffs are not independent.
/// </remarks>
/// <param name="histories">The customers; read once for each cutoff.</param>
/// <param name="plan">What to compare.</param>
/// <param name="progress">Told of each epoch; may be null.</param>
public sealed class RollingComparison(HistorySource histories, RollingPlan plan, IProgress<TrainingProgress>? progress)
{
    private readonly List<IReadOnlyList<Example>> _tests = [];
    private readonly List<LearningPoint> _learning = [];
    private readonly Dictionary<string, List<IReadOnlyList<Scorer>>> _scorers = plan.Contenders.ToDictionary(contender => contender.Name, _ => new List<IReadOnlyList<Scorer>>());
    private readonly Dictionary<string, List<FitScores>> _fits = plan.Contenders.ToDictionary(contender => contender.Name, _ => new List<FitScores>());
    private IReadOnlyList<string> _labels = [];
    private DataSummary? _data;

    /// <summary>Told of each cutoff just before the first contender is held against what came after it.</summary>
    public Action<DateTimeOffset> Looking { get; init; } = _ => { };

    /// <summary>Runs; off the caller's scheduler where it computes.</summary>
    /// <exception cref="InsufficientDataException">Too few customers, or too short a history before the first cutoff.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public async Task<RollingReport> RunAsync(CancellationToken cancellationToken)
    {
        foreach (var cutoff in plan.Cutoffs)
        {
            var data = await ExampleReader.ReadForEvaluationAsync(histories, cutoff, plan.Data, progress, cancellationToken);
            _data = data.Data;
            _labels = data.Scheme.Count > _labels.Count ? data.Scheme.Labels : _labels;
            await Task.Run(() => Measure(new CutoffRun(data, plan, progress, () => Looking(cutoff), cancellationToken), cutoff), cancellationToken);
        }

        return await Task.Run(() => Summarize(cancellationToken), cancellationToken);
    }

    private void Measure(CutoffRun run, DateTimeOffset cutoff)
    {
        using var threads = TorchThreads.Fix(plan.Data.Threads);
        _tests.Add(run.Test.Examples);
        foreach (var contender in plan.Contenders)
        {
            var scorers = new List<Scorer>();
            foreach (var seed in plan.Seeds)
            {
                var (scorer, seconds) = run.Measure(contender, seed);
                scorers.Add(scorer);
                _fits[contender.Name].Add(Describe(cutoff, seed, scorer.Figures([]), seconds));
            }

            _scorers[contender.Name].Add(scorers);
        }

        if (cutoff == plan.Cutoffs[^1])
        {
            _learning.AddRange(plan.LearningShares.SelectMany(share => plan.Contenders.Select(contender => run.Learn(contender, share))));
        }
    }

    private static FitScores Describe(DateTimeOffset cutoff, int seed, Dictionary<string, double> figures, double seconds) => new(
        cutoff, seed, figures["logLoss"], double.IsNaN(figures["churnAuroc"]) ? null : figures["churnAuroc"], figures["macroAuroc"], figures["macroF1"], Math.Round(seconds, 1));

    private RollingReport Summarize(CancellationToken cancellationToken)
    {
        var customers = new CustomerDraws([.. _tests.Select(test => test.Select(example => example.CustomerId).ToList())]);
        var pooled = plan.Contenders.Select(contender => new PooledScores(_scorers[contender.Name])).ToList();
        var draws = new Dictionary<string, double>[pooled.Count][];
        for (var i = 0; i < draws.Length; i++)
        {
            draws[i] = new Dictionary<string, double>[plan.Data.BootstrapResamples];
        }

        Parallel.For(
            0, plan.Data.BootstrapResamples, new ParallelOptions { MaxDegreeOfParallelism = plan.Data.Threads, CancellationToken = cancellationToken }, draw =>
            {
                var weights = customers.Draw(plan.Data.Seed, draw);
                for (var i = 0; i < draws.Length; i++)
                {
                    draws[i][draw] = pooled[i].Figures(weights);
                }
            });
        List<Example> examples = [.. _tests.SelectMany(test => test)];
        var places = PlacesOf(examples);
        var whole = pooled.ConvertAll(scores => scores.Figures([.. _tests.Select(_ => Array.Empty<int>())]));
        return new RollingReport(
            plan.Cutoffs, plan.Data.Horizon.TotalDays, plan.Seeds, plan.Folds, customers.Count, customers.ExampleCount, _labels,
            [.. plan.Contenders.Select((contender, i) => Summarize(contender.Name, i, pooled, whole, draws, GroupsAt))])
        {
            Data = _data!,
            Refitted = plan.Data.Refit,
            LearningCurve = _learning,
        };

        Dictionary<string, GroupScores> GroupsAt(int i) => GroupsOf(examples, places, pooled[i].Losses, i == 0 ? null : pooled[0].Losses);
    }

    private ContenderScores Summarize(
        string name, int i, IReadOnlyList<PooledScores> pooled, IReadOnlyList<Dictionary<string, double>> whole, Dictionary<string, double>[][] draws,
        Func<int, Dictionary<string, GroupScores>> groupsOf) => new(
        name,
        whole[i].Where(figure => double.IsFinite(figure.Value)).ToDictionary(figure => figure.Key, figure => FigureOf(figure.Value, draws[i].Select(draw => draw[figure.Key]))),
        plan.Seeds.Count > 1 ? _fits[name].GroupBy(fit => fit.Cutoff).Average(cutoff => Deviation([.. cutoff.Select(fit => fit.LogLoss)])) : null,
        Enumerable.Range(0, i).ToDictionary(other => plan.Contenders[other].Name, other => new Comparison(
            whole[i].Where(figure => double.IsFinite(figure.Value) && double.IsFinite(whole[other][figure.Key])).ToDictionary(
                figure => figure.Key,
                figure => DifferenceOf(figure.Value - whole[other][figure.Key], draws[i].Zip(draws[other], (own, theirs) => own[figure.Key] - theirs[figure.Key]))),
            McNemarOf(pooled[i].Hits, pooled[other].Hits))),
        groupsOf(i),
        _fits[name]);

    /// <summary>Where the examples of each group are.</summary>
    private Dictionary<string, List<int>> PlacesOf(List<Example> examples)
    {
        var places = new Dictionary<string, List<int>>(StringComparer.Ordinal);
        foreach (var (i, group) in examples.Index().SelectMany(pair => plan.Groups(pair.Item).Select(group => (pair.Index, group))))
        {
            (places.TryGetValue(group, out var members) ? members : places[group] = []).Add(i);
        }

        return places;
    }

    private Dictionary<string, GroupScores> GroupsOf(
        List<Example> examples, Dictionary<string, List<int>> places, IReadOnlyList<double> losses, IReadOnlyList<double>? first) =>
        places.ToDictionary(group => group.Key, group => new GroupScores(
            group.Value.Count,
            group.Value.Average(i => losses[i]),
            first is null ? null : PairedDifference.Of(
                [.. group.Value.Select(i => examples[i].CustomerId)], [.. group.Value.Select(i => losses[i] - first[i])], plan.Data.BootstrapResamples, plan.Data.Seed)));

    private static McNemar McNemarOf(IReadOnlyList<bool> own, IReadOnlyList<bool> theirs) => McNemar.Of(
        own.Zip(theirs, (one, other) => one && !other).Count(only => only), own.Zip(theirs, (one, other) => other && !one).Count(only => only));

    private static PooledFigure FigureOf(double value, IEnumerable<double> draws)
    {
        var interval = Bootstrap.Interval(draws);
        return double.IsNaN(interval[0]) ? new PooledFigure(value, null, null) : new PooledFigure(value, interval[0], interval[1]);
    }

    private static PairedDifference DifferenceOf(double value, IEnumerable<double> draws)
    {
        var interval = Bootstrap.Interval(draws);
        return double.IsNaN(interval[0]) ? new PairedDifference(value, value, value) : new PairedDifference(value, interval[0], interval[1]);
    }

    private static double Deviation(IReadOnlyList<double> values)
    {
        var mean = values.Average();
        return Math.Sqrt(values.Sum(value => (value - mean) * (value - mean)) / (values.Count - 1));
    }
}
