using System.Collections.Immutable;
using OrleansSeg.Model.Evaluation;
using OrleansSeg.Model.Segments;
using OrleansSeg.Model.Training;

namespace OrleansSeg.Model.Federation.Training;

/// <summary>How forecasts did on one trainer's examples, as whole numbers: sums over trainers are exact in any order. It names nobody.</summary>
/// <param name="Labels">(S) the scheme's labels.</param>
/// <param name="Examples">Examples measured.</param>
/// <param name="LossUnits">Summed log loss in units of 2^-24 nats.</param>
/// <param name="Confusion">(S · S) counts, true segment by decided segment.</param>
/// <param name="Ranks">(S) probabilities of each segment, of those who had it and of those who had not.</param>
/// <param name="Churn">Churn probabilities of past buyers, of those who lapsed and of those who did not.</param>
/// <param name="Confidences">(15 · 3) by bin of the largest probability: examples, right ones, summed probability in units of 2^-24.</param>
public sealed record ScoreSums(
    ImmutableArray<string> Labels, long Examples, long LossUnits, long[] Confusion, RankCounts[] Ranks, RankCounts Churn, long[] Confidences)
{
    private const int CalibrationBins = 15;
    private const double Unit = 1.0 / (1 << 24);
    private const double ProbabilityMin = 1e-7;

    /// <summary>Mean negative log probability of the truth, in nats; NaN without examples.</summary>
    public double LogLoss => Examples == 0 ? double.NaN : LossUnits * Unit / Examples;

    /// <summary>AUROC of the churn probability among past buyers; NaN when either kind is absent.</summary>
    public double ChurnAuroc => Churn.Auroc();

    /// <summary>Mean F1 over the scheme's segments.</summary>
    public double MacroF1 => Matrix().MacroF1;

    /// <summary>Expected calibration error of the largest probability, in 15 bins of one width; NaN without examples.</summary>
    public double CalibrationError => Examples == 0
        ? double.NaN
        : Confidences.Chunk(3).Sum(bin => Math.Abs((bin[2] * Unit) - bin[1])) / Examples;

    /// <summary>Measures forecasts.</summary>
    /// <param name="truths">N labelled examples.</param>
    /// <param name="forecasts">N forecasts of the same scheme in the same order.</param>
    /// <param name="decisionWeights">(S) weights that turn probabilities into one segment.</param>
    public static ScoreSums Of(ExampleSet truths, IReadOnlyList<Forecast> forecasts, ReadOnlySpan<double> decisionWeights)
    {
        ArgumentNullException.ThrowIfNull(truths);
        ArgumentNullException.ThrowIfNull(forecasts);
        ArgumentOutOfRangeException.ThrowIfNotEqual(forecasts.Count, truths.Examples.Count, nameof(forecasts));
        var (labels, lossUnits) = (truths.Scheme.Count, 0L);
        var sums = Empty(truths.Scheme.Labels);
        for (var i = 0; i < forecasts.Count; i++)
        {
            var (example, probabilities) = (truths.Examples[i], forecasts[i].Probabilities);
            lossUnits += ToUnits(Loss(probabilities[example.Label]));
            sums.Confusion[(example.Label * labels) + DecisionWeights.Decide(probabilities, decisionWeights)]++;
            for (var label = 0; label < labels; label++)
            {
                sums.Ranks[label].Add(probabilities[label], label == example.Label);
            }

            if (example.HasPurchased)
            {
                sums.Churn.Add(forecasts[i].Churn, !example.BuysAgain);
            }

            AddConfidence(sums.Confidences, probabilities, example.Label);
        }

        return sums with { Examples = forecasts.Count, LossUnits = lossUnits };
    }

    /// <summary>(N) the log loss of each forecast, in nats, as <see cref="LogLoss"/> sums them.</summary>
    /// <param name="truths">N labelled examples.</param>
    /// <param name="forecasts">N forecasts of the same scheme in the same order.</param>
    public static double[] LossesOf(ExampleSet truths, IReadOnlyList<Forecast> forecasts)
    {
        ArgumentNullException.ThrowIfNull(truths);
        ArgumentNullException.ThrowIfNull(forecasts);
        ArgumentOutOfRangeException.ThrowIfNotEqual(forecasts.Count, truths.Examples.Count, nameof(forecasts));
        return [.. forecasts.Select((forecast, i) => Loss(forecast.Probabilities[truths.Examples[i].Label]))];
    }

    /// <summary>The sum of several trainers' figures; at least one.</summary>
    /// <exception cref="ArgumentException">They are of different labels, or there are none.</exception>
    public static ScoreSums Merge(IEnumerable<ScoreSums> parts)
    {
        var all = parts.ToList();
        if (all.Count == 0 || all.Any(part => !part.Labels.SequenceEqual(all[0].Labels)))
        {
            throw new ArgumentException("Figures of the same labels can be summed, and at least one of them.", nameof(parts));
        }

        return new ScoreSums(
            all[0].Labels,
            all.Sum(part => part.Examples),
            all.Sum(part => part.LossUnits),
            Sum(all.Select(part => part.Confusion)),
            [.. Enumerable.Range(0, all[0].Labels.Length).Select(label => RankCounts.Sum(all.Select(part => part.Ranks[label])))],
            RankCounts.Sum(all.Select(part => part.Churn)),
            Sum(all.Select(part => part.Confidences)));
    }

    /// <summary>The figures as evaluations report them, without intervals: those need the examples.</summary>
    public Scores ToScores(string engine)
    {
        var matrix = Matrix();
        var aurocs = Ranks.Select(rank => rank.Auroc()).Where(double.IsFinite).ToList();
        return new Scores(
            engine,
            matrix.Accuracy,
            matrix.MacroF1,
            aurocs.Count > 0 ? aurocs.Average() : double.NaN,
            LogLoss,
            double.IsNaN(ChurnAuroc) ? null : ChurnAuroc,
            CalibrationError,
            Enumerable.Range(0, Labels.Length).ToDictionary(label => Labels[label], matrix.Of),
            matrix.ToRows(),
            new Dictionary<string, double[]>());
    }

    private static ScoreSums Empty(ImmutableArray<string> labels) => new(
        labels, 0, 0, new long[labels.Length * labels.Length], [.. labels.Select(_ => RankCounts.Create())], RankCounts.Create(), new long[CalibrationBins * 3]);

    private static void AddConfidence(long[] confidences, float[] probabilities, int truth)
    {
        var top = Array.IndexOf(probabilities, probabilities.Max());
        var bin = 3 * Math.Clamp((int)(probabilities[top] * CalibrationBins), 0, CalibrationBins - 1);
        confidences[bin]++;
        confidences[bin + 1] += top == truth ? 1 : 0;
        confidences[bin + 2] += ToUnits(probabilities[top]);
    }

    private ConfusionMatrix Matrix()
    {
        var cells = Enumerable.Range(0, Confusion.Length).ToArray();
        return new ConfusionMatrix(
            Labels.Length,
            Array.ConvertAll(cells, cell => cell / Labels.Length),
            Array.ConvertAll(cells, cell => cell % Labels.Length),
            Array.ConvertAll(Confusion, count => checked((int)count)));
    }

    private static long[] Sum(IEnumerable<long[]> parts) => parts.Aggregate((one, other) => [.. one.Zip(other, (x, y) => x + y)]);

    // Of weights that have diverged a probability is no number, which would count as no loss at all.
    private static double Loss(float probability) => -Math.Log(probability > ProbabilityMin ? probability : ProbabilityMin);

    private static long ToUnits(double value) => (long)Math.Round(value / Unit);
}
