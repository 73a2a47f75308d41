using OrleansSeg.Model.Training;

namespace OrleansSeg.Model.Evaluation;

/// <summary>Measures forecasts of one test set, with bootstrap intervals over its customers.</summary>
public sealed class Scorer
{
    private const double ProbabilityMin = 1e-7;

    private readonly int _classes;
    private readonly int[] _truths;
    private readonly int[] _decisions;
    private readonly double[] _losses;
    private readonly double[] _squares;
    private readonly (double[] Sorted, int[] Order, bool[] Positives)[] _classRanks;

    // The most probable segment: its probability, and whether it came.
    private readonly double[] _tops;
    private readonly bool[] _topCame;

    // Those who had bought: their places, churn probabilities, whether they lapsed, and squared distances of the two.
    private readonly int[] _buyers;
    private readonly double[] _churns;
    private readonly bool[] _lapsed;
    private readonly double[] _churnSquares;
    private readonly (double[] Sorted, int[] Order, bool[] Positives) _churnRank;
    private readonly GainCurve _churnGain;
    private readonly GainCurve _spendGain;

    /// <summary>Looks at forecasts.</summary>
    /// <param name="test">N labelled examples.</param>
    /// <param name="forecasts">N forecasts in the same order.</param>
    /// <param name="decisions">(N) the segments decided.</param>
    internal Scorer(ExampleSet test, IReadOnlyList<Forecast> forecasts, int[] decisions)
    {
        var examples = test.Examples;
        _classes = test.Scheme.Count;
        _truths = [.. examples.Select(example => example.Label)];
        _decisions = decisions;
        _losses = [.. forecasts.Zip(_truths, (forecast, truth) => -Math.Log(Math.Max(forecast.Probabilities[truth], ProbabilityMin)))];
        _squares = [.. forecasts.Zip(_truths, (forecast, truth) => SquaredDistance(forecast.Probabilities, truth))];
        _classRanks = [.. Enumerable.Range(0, _classes).Select(label =>
            Rank(forecasts.Select(forecast => (double)forecast.Probabilities[label]), _truths.Select(truth => truth == label)))];
        var tops = forecasts.Select(forecast => Array.IndexOf(forecast.Probabilities, forecast.Probabilities.Max())).ToArray();
        _tops = [.. forecasts.Zip(tops, (forecast, top) => (double)forecast.Probabilities[top])];
        _topCame = [.. tops.Zip(_truths, (top, truth) => top == truth)];
        _buyers = [.. Enumerable.Range(0, _truths.Length).Where(i => examples[i].HasPurchased)];
        _churns = [.. _buyers.Select(i => (double)forecasts[i].Churn)];
        _lapsed = [.. _buyers.Select(i => !examples[i].BuysAgain)];
        _churnSquares = [.. _churns.Zip(_lapsed, (churn, lapsed) => Square(churn - (lapsed ? 1 : 0)))];
        _churnRank = Rank(_churns, _lapsed);
        _churnGain = new GainCurve(_churns, _lapsed.Select(lapsed => lapsed ? 1.0 : 0.0));
        _spendGain = new GainCurve(forecasts.Select(forecast => (double)forecast.ExpectedSpend), examples.Select(example => (double)example.FutureSpend));
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
        return new Scorer(test, forecasts, DecisionWeights.Decide(forecasts, decisionWeights)).ToScores(engine, test.Scheme.Labels, resamples, seed);
    }

    /// <summary>Every figure, with intervals.</summary>
    /// <param name="engine">What computed the forecasts.</param>
    /// <param name="labels">(S) names of the segments.</param>
    /// <param name="resamples">Bootstrap resamples, at least 2; 0 for no intervals.</param>
    /// <param name="seed">Seed of the bootstrap.</param>
    internal Scores ToScores(string engine, IReadOnlyList<string> labels, int resamples, int seed)
    {
        var figures = Figures([], []);
        var confusion = new ConfusionMatrix(_classes, _truths, _decisions);
        var (draws, churnGains, spendGains) = Resample(resamples, seed);
        return new Scores(
            engine,
            figures["accuracy"],
            figures["macroF1"],
            figures["macroAuroc"],
            figures["logLoss"],
            NumberOrNull(figures["churnAuroc"]),
            figures["ece"],
            Enumerable.Range(0, _classes).ToDictionary(label => labels[label], confusion.Of),
            confusion.ToRows(),
            draws.Count == 0 ? new Dictionary<string, double[]>() : figures.Where(figure => double.IsFinite(figure.Value)).ToDictionary(figure => figure.Key, figure => Bootstrap.Interval(draws.Select(draw => draw[figure.Key]))))
        {
            Brier = NumberOrNull(figures["brier"]),
            ChurnBrier = NumberOrNull(figures["churnBrier"]),
            ChurnEce = NumberOrNull(figures["churnEce"]),
            ChurnLift = NumberOrNull(figures["churnLift"]),
            SpendCaptured = NumberOrNull(figures["spendCaptured"]),
            Reliability = Reliability.Bins(_tops, _topCame),
            ChurnReliability = Reliability.Bins(_churns, _lapsed),
            ChurnGain = _churnGain.ToPoints(churnGains),
            SpendGain = _spendGain.ToPoints(spendGains),
        };
    }

    /// <summary>(N) negative log probabilities of the truths.</summary>
    internal IReadOnlyList<double> Losses => _losses;

    /// <summary>(N) whether the truth was decided.</summary>
    internal IEnumerable<bool> Hits => _decisions.Zip(_truths, (decision, truth) => decision == truth);

    /// <summary>Every figure by name.</summary>
    /// <param name="weights">(N) how often each example counts; empty for once.</param>
    internal Dictionary<string, double> Figures(int[] weights) => Figures(weights, weights.Length == 0 ? [] : [.. _buyers.Select(i => weights[i])]);

    private (List<Dictionary<string, double>> Figures, List<double[]> ChurnGains, List<double[]> SpendGains) Resample(int resamples, int seed)
    {
        var random = new Random(seed);
        var (figures, churnGains, spendGains) = (new List<Dictionary<string, double>>(resamples), new List<double[]>(resamples), new List<double[]>(resamples));
        for (var draw = 0; draw < resamples; draw++)
        {
            var weights = Bootstrap.Weights(_truths.Length, random);
            int[] buyerWeights = [.. _buyers.Select(i => weights[i])];
            figures.Add(Figures(weights, buyerWeights));
            churnGains.Add(_churnGain.Captured(GainCurve.Shares, buyerWeights));
            spendGains.Add(_spendGain.Captured(GainCurve.Shares, weights));
        }

        return (figures, churnGains, spendGains);
    }

    private Dictionary<string, double> Figures(int[] weights, int[] buyerWeights)
    {
        var confusion = new ConfusionMatrix(_classes, _truths, _decisions, weights);
        var aurocs = _classRanks.Select(rank => RankingMetrics.AurocInOrder(rank.Sorted, rank.Order, rank.Positives, weights)).Where(double.IsFinite).ToList();
        return new Dictionary<string, double>
        {
            ["accuracy"] = confusion.Accuracy,
            ["macroF1"] = confusion.MacroF1,
            ["macroAuroc"] = aurocs.Count > 0 ? aurocs.Average() : double.NaN,
            ["logLoss"] = Mean(_losses, weights),
            ["churnAuroc"] = RankingMetrics.AurocInOrder(_churnRank.Sorted, _churnRank.Order, _churnRank.Positives, buyerWeights),
            ["ece"] = Reliability.Error(_tops, _topCame, weights),
            ["brier"] = Mean(_squares, weights),
            ["churnBrier"] = Mean(_churnSquares, buyerWeights),
            ["churnEce"] = Reliability.Error(_churns, _lapsed, buyerWeights),
            ["churnLift"] = _churnGain.Captured(GainCurve.TopDecile, buyerWeights) / GainCurve.TopDecile,
            ["spendCaptured"] = _spendGain.Captured(GainCurve.TopDecile, weights),
        };
    }

    private static double Mean(double[] values, int[] weights)
    {
        double sum = 0, count = 0;
        for (var i = 0; i < values.Length; i++)
        {
            var weight = weights.Length == 0 ? 1 : weights[i];
            sum += weight * values[i];
            count += weight;
        }

        return sum / count;
    }

    private static double SquaredDistance(float[] probabilities, int truth)
    {
        var sum = 0.0;
        for (var label = 0; label < probabilities.Length; label++)
        {
            sum += Square(probabilities[label] - (label == truth ? 1 : 0));
        }

        return sum;
    }

    private static double Square(double value) => value * value;

    private static double? NumberOrNull(double value) => double.IsNaN(value) ? null : value;

    private static (double[] Sorted, int[] Order, bool[] Positives) Rank(IEnumerable<double> scores, IEnumerable<bool> positives)
    {
        var sorted = scores.ToArray();
        var order = Enumerable.Range(0, sorted.Length).ToArray();
        Array.Sort(sorted, order);
        return (sorted, order, [.. positives]);
    }
}
