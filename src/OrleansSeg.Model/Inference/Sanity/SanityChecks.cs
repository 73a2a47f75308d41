using OrleansSeg.Model.Evaluation.Rolling;
using OrleansSeg.Model.Features;
using OrleansSeg.Model.Sequences;

namespace OrleansSeg.Model.Inference.Sanity;

/// <summary>Measures explanations of one model: do they add up, do they follow the weights, and do they find what the decision rests on.</summary>
/// <param name="model">The model.</param>
/// <param name="seed">Draws random weights and random orders.</param>
public sealed class SanityChecks(SegmentModel model, int seed)
{
    private const int RandomNetworks = 3;
    private const int RandomOrders = 5;
    private const int Points = 10;
    private const int Resamples = 1_000;

    /// <summary>Measures over customers. Cost: each about five explanations.</summary>
    /// <exception cref="ArgumentException">There are no customers.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public ExplanationCheck Run(IReadOnlyList<CustomerInput> customers, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(customers);
        ArgumentOutOfRangeException.ThrowIfZero(customers.Count, nameof(customers));
        List<SegmentNetwork> randoms = [.. Enumerable.Range(0, RandomNetworks).Select(draw => new SegmentNetwork(model.Config, seed + draw))];
        try
        {
            var random = new Random(seed);
            List<OneCustomer> measured = [];
            foreach (var customer in customers)
            {
                cancellationToken.ThrowIfCancellationRequested();
                measured.Add(Measure(customer, randoms, random));
            }

            var (byContribution, byChance) = (Mean(measured, one => one.ByContribution), Mean(measured, one => one.ByChance));
            var difference = PairedDifference.Of(
                [.. measured.Select((_, i) => $"{i}")], [.. measured.Select(one => Area(one.ByContribution) - Area(one.ByChance))], Resamples, seed);
            return new ExplanationCheck(
                customers.Count,
                measured.Max(one => one.CompletenessError),
                new WeightRandomization(RandomNetworks, measured.Average(one => one.Signed), measured.Average(one => one.Sizes)),
                new DeletionCurve(
                    [.. Enumerable.Range(0, Points + 1).Select(point => point / (double)Points)], byContribution, byChance, Area(byContribution), Area(byChance), difference));
        }
        finally
        {
            randoms.ForEach(network => network.Dispose());
        }
    }

    private OneCustomer Measure(CustomerInput customer, List<SegmentNetwork> randoms, Random random)
    {
        using var batch = model.Encoder.Encode([customer]);
        var forecast = model.Forecast([customer])[0];
        var segment = model.Scheme.IndexOf(model.Decide(forecast));
        var attribution = IntegratedGradients.Of(model.Network, batch, segment, model.Calibration.Segments);
        var contributions = FactorsOf(attribution);
        var others = randoms.ConvertAll(network => FactorsOf(IntegratedGradients.Of(network, batch, segment, model.Calibration.Segments)));
        var order = Enumerable.Range(0, contributions.Length).OrderByDescending(factor => contributions[factor]).ToArray();
        var orders = Enumerable.Range(0, RandomOrders).Select(_ => Shuffled(order, random)).Prepend(order).ToList();
        var curves = FactorRemoval.ProbabilitiesOf(
                model.Network, batch, segment, model.Calibration.Segments, [.. orders.SelectMany(one => Enumerable.Range(0, Points + 1).Select(point => Without(one, point)))])
            .Chunk(Points + 1)
            .ToList();
        return new OneCustomer(
            Math.Abs(contributions.Sum(contribution => (double)contribution) - (attribution.Score - attribution.BaseValue)),
            others.Average(other => Correlation(contributions, other, contribution => contribution)),
            others.Average(other => Correlation(contributions, other, Math.Abs)),
            Array.ConvertAll(curves[0], probability => (double)probability),
            [.. Enumerable.Range(0, Points + 1).Select(point => curves.Skip(1).Average(curve => (double)curve[point]))]);
    }

    /// <summary>One number for each thing that can be removed: features with their indicators, the profile, steps.</summary>
    private float[] FactorsOf(Attribution attribution)
    {
        var features = attribution.Aggregates[..model.Normalizer.Low.Length];
        foreach (var (indicator, feature) in model.Normalizer.Indicators.Index())
        {
            features[feature] += attribution.Aggregates[features.Length + indicator];
        }

        return [.. features, attribution.Profile, .. attribution.Steps];
    }

    private KeptParts Without(int[] order, int point)
    {
        var features = model.Normalizer.Low.Length;
        var kept = Enumerable.Repeat(true, order.Length).ToArray();
        foreach (var factor in order.Take((int)Math.Round(order.Length * point / (double)Points)))
        {
            kept[factor] = false;
        }

        return new KeptParts(
            kept[(features + 1)..], [.. kept[..features], .. model.Normalizer.Indicators.Select(feature => kept[feature])], kept[features]);
    }

    /// <summary>Over the factors that add anything: one that is where attributions begin adds nothing under any weights.</summary>
    private static double Correlation(float[] one, float[] other, Func<float, float> of)
    {
        var present = Enumerable.Range(0, one.Length).Where(factor => one[factor] != 0 || other[factor] != 0).ToList();
        return RankCorrelation.Of(present.ConvertAll(factor => of(one[factor])), present.ConvertAll(factor => of(other[factor])));
    }

    private static int[] Shuffled(int[] order, Random random)
    {
        var shuffled = order.ToArray();
        random.Shuffle(shuffled);
        return shuffled;
    }

    private static double[] Mean(List<OneCustomer> measured, Func<OneCustomer, double[]> curve) =>
        [.. Enumerable.Range(0, Points + 1).Select(point => measured.Average(one => curve(one)[point]))];

    // Trapezoids of equal width.
    private static double Area(double[] curve) => ((curve.Sum() - ((curve[0] + curve[^1]) / 2)) / Points);

    private sealed record OneCustomer(double CompletenessError, double Signed, double Sizes, double[] ByContribution, double[] ByChance);
}
