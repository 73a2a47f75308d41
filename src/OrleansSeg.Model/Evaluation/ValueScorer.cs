using OrleansSeg.Model.Training;

namespace OrleansSeg.Model.Evaluation;

/// <summary>Measures churn and spend of several forecasters on one test set, all on the same resamples of its customers.</summary>
internal sealed class ValueScorer
{
    private const double ProbabilityMin = 1e-7;
    private readonly IReadOnlyList<Example> _examples;
    private readonly int[] _buyers;
    private readonly bool[] _lapsed;

    /// <summary>Makes the scorer.</summary>
    /// <param name="test">N examples, labelled or not.</param>
    public ValueScorer(ExampleSet test)
    {
        _examples = test.Examples;
        _buyers = [.. Enumerable.Range(0, _examples.Count).Where(i => _examples[i].HasPurchased)];
        _lapsed = [.. _buyers.Select(i => !_examples[i].BuysAgain)];
    }

    /// <summary>Measures.</summary>
    /// <param name="forecasters">Name, engine and N forecasts of each; the first is what the others are held against.</param>
    /// <param name="resamples">Bootstrap resamples, at least 2.</param>
    /// <param name="seed">Seed of the bootstrap.</param>
    public IReadOnlyDictionary<string, ValueScores> Measure(
        IReadOnlyList<(string Name, string Engine, IReadOnlyList<Forecast> Forecasts)> forecasters, int resamples, int seed)
    {
        var told = forecasters.Select(forecaster => new Told(this, forecaster.Forecasts)).ToList();
        var figures = told.ConvertAll(one => one.Figures([], []));
        var random = new Random(seed);
        var draws = told.ConvertAll(_ => new List<Dictionary<string, double>>(resamples));
        for (var draw = 0; draw < resamples; draw++)
        {
            var weights = Bootstrap.Weights(_examples.Count, random);
            int[] buyerWeights = [.. _buyers.Select(i => weights[i])];
            for (var i = 0; i < told.Count; i++)
            {
                draws[i].Add(told[i].Figures(weights, buyerWeights));
            }
        }

        return forecasters.Select((forecaster, i) => (forecaster.Name, Scores: ToScores(forecaster.Engine, figures[i], draws[i]) with
        {
            AgainstModel = i == 0 ? null : Differences(figures[i], figures[0], draws[i], draws[0]),
            Interval = IntervalOf(forecaster.Forecasts),
        })).ToDictionary(pair => pair.Name, pair => pair.Scores);
    }

    private static ValueScores ToScores(string engine, Dictionary<string, double> figures, List<Dictionary<string, double>> draws) => new(
        engine,
        figures["churnLogLoss"],
        OrNull(figures["churnAuroc"]),
        figures["churnBrier"],
        figures["churnEce"],
        figures["spendMae"],
        figures["spendRmse"],
        OrNull(figures["spendBias"]),
        figures.Keys.ToDictionary(name => name, name => Bootstrap.Interval(draws.Select(draw => draw[name]))));

    private static Dictionary<string, double[]> Differences(
        Dictionary<string, double> ours, Dictionary<string, double> model, List<Dictionary<string, double>> draws, List<Dictionary<string, double>> modelDraws) =>
        ours.Keys.ToDictionary(name => name, name => (double[])[
            ours[name] - model[name], .. Bootstrap.Interval(draws.Zip(modelDraws, (one, other) => one[name] - other[name]))]);

    private IntervalScores? IntervalOf(IReadOnlyList<Forecast> forecasts)
    {
        var told = _buyers.Where(i => forecasts[i].SpendLow is not null)
            .Select(i => (Expected: forecasts[i].ExpectedSpend, Width: (double)(forecasts[i].SpendHigh!.Value - forecasts[i].SpendLow!.Value),
                Within: _examples[i].FutureSpend >= forecasts[i].SpendLow && _examples[i].FutureSpend <= forecasts[i].SpendHigh)).OrderBy(one => one.Expected).ToList();
        if (told.Count == 0)
        {
            return null;
        }

        var covered = told.Average(one => one.Within ? 1.0 : 0);
        var margin = 1.96 * Math.Sqrt(covered * (1 - covered) / told.Count);
        return new IntervalScores(
            Inference.SpendInterval.DefaultCoverage, covered, covered - margin, covered + margin, told.Select(one => one.Width).Order().ElementAt(told.Count / 2),
            [.. told.Chunk((told.Count + 4) / 5).Select(fifth => fifth.Average(one => one.Within ? 1.0 : 0))]);
    }

    private static double? OrNull(double value) => double.IsFinite(value) ? value : null;

    /// <summary>What one forecaster said.</summary>
    private sealed class Told
    {
        private readonly ValueScorer _scorer;
        private readonly double[] _churns;
        private readonly double[] _sorted;
        private readonly int[] _order;
        private readonly double[] _spends;

        public Told(ValueScorer scorer, IReadOnlyList<Forecast> forecasts)
        {
            _scorer = scorer;
            _churns = [.. scorer._buyers.Select(i => Math.Clamp((double)forecasts[i].Churn, ProbabilityMin, 1 - ProbabilityMin))];
            (_sorted, _order) = ([.. _churns], [.. Enumerable.Range(0, _churns.Length)]);
            Array.Sort(_sorted, _order);
            _spends = [.. forecasts.Select(forecast => (double)forecast.ExpectedSpend)];
        }

        public Dictionary<string, double> Figures(int[] weights, int[] buyerWeights)
        {
            double loss = 0, squares = 0, buyers = 0;
            for (var i = 0; i < _churns.Length; i++)
            {
                var (weight, lapsed) = (buyerWeights.Length == 0 ? 1 : buyerWeights[i], _scorer._lapsed[i]);
                var miss = _churns[i] - (lapsed ? 1 : 0);
                loss -= weight * Math.Log(lapsed ? _churns[i] : 1 - _churns[i]);
                squares += weight * miss * miss;
                buyers += weight;
            }

            double absolute = 0, squared = 0, expected = 0, spent = 0, customers = 0;
            for (var i = 0; i < _spends.Length; i++)
            {
                var (weight, truth) = (weights.Length == 0 ? 1 : weights[i], (double)_scorer._examples[i].FutureSpend);
                absolute += weight * Math.Abs(_spends[i] - truth);
                squared += weight * (_spends[i] - truth) * (_spends[i] - truth);
                (expected, spent, customers) = (expected + (weight * _spends[i]), spent + (weight * truth), customers + weight);
            }

            return new Dictionary<string, double>
            {
                ["churnLogLoss"] = loss / buyers,
                ["churnAuroc"] = RankingMetrics.AurocInOrder(_sorted, _order, _scorer._lapsed, buyerWeights),
                ["churnBrier"] = squares / buyers,
                ["churnEce"] = Reliability.Error(_churns, _scorer._lapsed, buyerWeights),
                ["spendMae"] = absolute / customers,
                ["spendRmse"] = Math.Sqrt(squared / customers),
                ["spendBias"] = (expected / spent) - 1,
            };
        }
    }
}
