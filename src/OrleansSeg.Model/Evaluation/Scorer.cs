using OrleansSeg.Model.Training;

namespace OrleansSeg.Model.Evaluation;

/// <summary>Measures forecasts of one test set, with bootstrap intervals over its customers.</summary>
public sealed class Scorer
{
    private const int CalibrationBins = 15;
    private const double ProbabilityMin = 1e-7;

    private readonly ExampleSet _test;
    private readonly IReadOnlyList<Forecast> _forecasts;
    private readonly int[] _truths;
    private readonly int[] _decisions;
    private readonly (double[] Sorted, int[] Order, bool[] Positives)[] _classRanks;
    private readonly (double[] Sorted, int[] Order, bool[] Positives) _churnRank;
    private readonly int[] _buyers;

    private Scorer(ExampleSet test, IReadOnlyList<Forecast> forecasts, double[] decisionWeights)
    {
        _test = test;
        _forecasts = forecasts;
        _truths = [.. test.Examples.Select(example => example.Label)];
        _decisions = [.. forecasts.Select(forecast => DecisionWeights.Decide(forecast.Probabilities, decisionWeights))];
        _classRanks = [.. Enumerable.Range(0, test.Scheme.Count).Select(label =>
            Rank(forecasts.Select(forecast => (double)forecast.Probabilities[label]), _truths.Select(truth => truth == label)))];
        _buyers = [.. Enumerable.Range(0, _truths.Length).Where(i => test.Examples[i].HasPurchased)];
        var lapsing = test.Scheme.IndexOf(Segments.PredictiveLabels.Lapsing);
        _churnRank = Rank(_buyers.Select(i => (double)forecasts[i].Churn), _buyers.Select(i => _truths[i] == lapsing));
    }

    /// <summary>Measures.</summary>
    /// <param name="engine">What computed the forecasts.</param>
    /// <param name="test">N labelled examples.</param>
    /// <param name="forecasts">N forecasts in the same order.</param>
    /// <param name="decisionWeights">(S) weights fitted on validation.</param>
    /// <param name="resamples">Bootstrap resamples, at least 2; 0 for no intervals.</param>
    /// <param name="seed">Seed of the bootstrap.</param>
    public static Scores Measure(
        string engine, ExampleSet test, IReadOnlyList<Forecast> forecasts, double[] decisionWeights, int resamples, int seed)
    {
        ArgumentNullException.ThrowIfNull(test);
        ArgumentNullException.ThrowIfNull(forecasts);
        ArgumentOutOfRangeException.ThrowIfNotEqual(forecasts.Count, test.Examples.Count);
        var scorer = new Scorer(test, forecasts, decisionWeights);
        var figures = scorer.Figures([]);
        var confusion = new ConfusionMatrix(test.Scheme.Count, scorer._truths, scorer._decisions);
        return new Scores(
            engine,
            figures["accuracy"],
            figures["macroF1"],
            figures["macroAuroc"],
            figures["logLoss"],
            double.IsNaN(figures["churnAuroc"]) ? null : figures["churnAuroc"],
            figures["ece"],
            Enumerable.Range(0, test.Scheme.Count).ToDictionary(label => test.Scheme.Labels[label], confusion.Of),
            confusion.ToRows(),
            scorer.Intervals(resamples, seed));
    }

    private Dictionary<string, double[]> Intervals(int resamples, int seed)
    {
        var random = new Random(seed);
        var draws = new List<Dictionary<string, double>>(resamples);
        for (var draw = 0; draw < resamples; draw++)
        {
            draws.Add(Figures(Bootstrap.Weights(_truths.Length, random)));
        }

        return resamples == 0 ? [] : draws[0].Keys.ToDictionary(name => name, name => Bootstrap.Interval(draws.Select(draw => draw[name])));
    }

    private Dictionary<string, double> Figures(int[] weights)
    {
        var confusion = new ConfusionMatrix(_test.Scheme.Count, _truths, _decisions, weights);
        var aurocs = _classRanks.Select(rank => RankingMetrics.AurocInOrder(rank.Sorted, rank.Order, rank.Positives, weights)).Where(double.IsFinite).ToList();
        int[] buyerWeights = weights.Length == 0 ? [] : [.. _buyers.Select(i => weights[i])];
        return new Dictionary<string, double>
        {
            ["accuracy"] = confusion.Accuracy,
            ["macroF1"] = confusion.MacroF1,
            ["macroAuroc"] = aurocs.Count > 0 ? aurocs.Average() : double.NaN,
            ["logLoss"] = LogLoss(weights),
            ["churnAuroc"] = RankingMetrics.AurocInOrder(_churnRank.Sorted, _churnRank.Order, _churnRank.Positives, buyerWeights),
            ["ece"] = CalibrationError(weights),
        };
    }

    private double LogLoss(int[] weights)
    {
        double sum = 0, count = 0;
        for (var i = 0; i < _truths.Length; i++)
        {
            var weight = weights.Length == 0 ? 1 : weights[i];
            sum -= weight * Math.Log(Math.Max(_forecasts[i].Probabilities[_truths[i]], ProbabilityMin));
            count += weight;
        }

        return sum / count;
    }

    private double CalibrationError(int[] weights)
    {
        var bins = new (double Confidence, double Right, double Count)[CalibrationBins];
        for (var i = 0; i < _truths.Length; i++)
        {
            var probabilities = _forecasts[i].Probabilities;
            var top = Array.IndexOf(probabilities, probabilities.Max());
            var bin = Math.Clamp((int)(probabilities[top] * CalibrationBins), 0, CalibrationBins - 1);
            var weight = weights.Length == 0 ? 1 : weights[i];
            bins[bin].Confidence += weight * probabilities[top];
            bins[bin].Right += top == _truths[i] ? weight : 0;
            bins[bin].Count += weight;
        }

        return bins.Sum(bin => Math.Abs(bin.Confidence - bin.Right)) / bins.Sum(bin => bin.Count);
    }

    private static (double[] Sorted, int[] Order, bool[] Positives) Rank(IEnumerable<double> scores, IEnumerable<bool> positives)
    {
        var sorted = scores.ToArray();
        var order = Enumerable.Range(0, sorted.Length).ToArray();
        Array.Sort(sorted, order);
        return (sorted, order, [.. positives]);
    }
}
