using OrleansSeg.Model.Features;
using OrleansSeg.Model.Segments;
using OrleansSeg.Model.Sequences;
using OrleansSeg.Model.Training;

namespace OrleansSeg.Model.Federation.Training;

/// <summary>Splits one shop's customers into sites, to measure how training copes with sites that differ. The site of a customer hangs on who it is and on the seed.</summary>
/// <param name="SiteCount">Number of sites, at least 1.</param>
/// <param name="SiteOf">The site of a customer, from 0.</param>
public sealed record SiteSplit(int SiteCount, Func<CustomerHistory, int> SiteOf)
{
    /// <summary>Sites that do not differ: every customer goes anywhere with the same chance.</summary>
    public static SiteSplit Even(int siteCount, int seed) =>
        new(siteCount, history => (int)(Chance(history.CustomerId, seed) * siteCount));

    /// <summary>Sites that differ in the kinds of customers they have: each kind is spread by shares drawn from a Dirichlet distribution.</summary>
    /// <param name="siteCount">Number of sites.</param>
    /// <param name="concentration">The distribution's alpha: 100 is nearly even, 0.1 gives most of a kind to one site. Above 0.</param>
    /// <param name="kindOf">A customer's kind, such as <see cref="LabelAt"/> or <see cref="Attribute"/>.</param>
    /// <param name="seed">Seed of the shares and of the customers' draws.</param>
    public static SiteSplit Skewed(int siteCount, double concentration, Func<CustomerHistory, string> kindOf, int seed)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(concentration);
        var shares = new Dictionary<string, double[]>(StringComparer.Ordinal);
        return new SiteSplit(siteCount, history =>
        {
            var kind = kindOf(history);
            if (!shares.TryGetValue(kind, out var known))
            {
                shares[kind] = known = Dirichlet(siteCount, concentration, new Random((int)(StableHash.Of(kind, seed) & int.MaxValue)));
            }

            var left = Chance(history.CustomerId, seed);
            var site = 0;
            while (site < siteCount - 1 && left >= known[site])
            {
                left -= known[site++];
            }

            return site;
        });
    }

    /// <summary>Sites by an attribute's values, such as countries: the most frequent value makes the first site, the others fill the rest evenly.</summary>
    /// <param name="siteCount">Number of sites.</param>
    /// <param name="name">The attribute.</param>
    /// <param name="counts">Customers by the attribute's value.</param>
    public static SiteSplit ByAttribute(int siteCount, string name, IReadOnlyDictionary<string, long> counts)
    {
        var (sizes, sites) = (new long[siteCount], new Dictionary<string, int>(StringComparer.Ordinal));
        foreach (var (value, count) in counts.OrderByDescending(pair => pair.Value).ThenBy(pair => pair.Key, StringComparer.Ordinal))
        {
            var smallest = Array.IndexOf(sizes, sizes.Min());
            sites[value] = smallest;
            sizes[smallest] += count;
        }

        var valueOf = Attribute(name);
        return new SiteSplit(siteCount, history => sites.GetValueOrDefault(valueOf(history)));
    }

    /// <summary>A customer's kind by an attribute; empty without it.</summary>
    public static Func<CustomerHistory, string> Attribute(string name) => history => history.Attributes.GetValueOrDefault(name, "");

    /// <summary>A customer's kind by the label at a cutoff; empty for one who had done nothing by then.</summary>
    /// <remarks>
    /// The label tells what happened within the horizon: choose a cutoff whose horizon ends before validation. Else a site knows the outcomes
    /// that it is calibrated on, and its calibration holds for nobody later.
    /// </remarks>
    public static Func<CustomerHistory, string> LabelAt(DateTimeOffset cutoff, TimeSpan horizon, decimal highValueThreshold) => history =>
        AsOfExamples.Of(history, [cutoff], horizon).FirstOrDefault() is { } example
            ? PredictiveLabels.Of(example.HasPurchased, example.NewCustomer, example.FutureDays, example.FutureSpend, highValueThreshold)
            : "";

    // Uniform from 0 to below 1.
    private static double Chance(string customerId, int seed) => (StableHash.Of(customerId, ~(long)seed) >> 11) * (1.0 / (1L << 53));

    private static double[] Dirichlet(int count, double concentration, Random random)
    {
        // Gamma variates of small shapes vanish in double precision; their logarithms do not.
        var logs = Enumerable.Range(0, count).Select(_ => LogGamma(concentration, random)).ToArray();
        var largest = logs.Max();
        var parts = Array.ConvertAll(logs, log => Math.Exp(log - largest));
        var sum = parts.Sum();
        return Array.ConvertAll(parts, part => part / sum);
    }

    // Marsaglia and Tsang 2000, "A simple method for generating gamma variables"; below shape 1 by a power of a uniform.
    private static double LogGamma(double shape, Random random)
    {
        var (boost, d) = shape < 1 ? (Math.Log(1 - random.NextDouble()) / shape, shape + 1 - (1.0 / 3)) : (0, shape - (1.0 / 3));
        while (true)
        {
            var normal = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
            var cube = Math.Pow(1 + (normal / Math.Sqrt(9 * d)), 3);
            if (cube > 0 && Math.Log(1 - random.NextDouble()) < (0.5 * normal * normal) + d - (d * cube) + (d * Math.Log(cube)))
            {
                return boost + Math.Log(d * cube);
            }
        }
    }
}
