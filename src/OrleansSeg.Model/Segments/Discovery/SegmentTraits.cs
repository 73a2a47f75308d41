using OrleansSeg.Model.Features;
using OrleansSeg.Model.Inference;
using OrleansSeg.Model.Training;

namespace OrleansSeg.Model.Segments.Discovery;

/// <summary>What sets groups of customers apart from everybody, in words, and names made of it.</summary>
internal sealed class SegmentTraits
{
    private const int TraitsMax = 4;
    private const double DifferenceMin = 0.25;

    // Facts that a marketer acts on, with a word for more than usual and one for less.
    private static readonly (string Feature, string More, string Less)[] Facts =
    [
        ("spend_365", "big_spenders", "small_spenders"),
        ("purchase_days_365", "frequent", "rare"),
        ("days_since_last_purchase", "away", "active"),
        ("days_since_first_purchase", "long_known", "new"),
        ("spend_per_purchase_day", "big_baskets", "small_baskets"),
        ("lines_per_purchase_day", "many_lines", "few_lines"),
        ("gap_mean", "long_gaps", "short_gaps"),
        ("season_spend", "seasonal", "off_season"),
        ("return_share", "send_back", "keep_all"),
        ("browses_90", "browsing", "not_browsing"),
        ("campaign_responses_90", "responsive", "unresponsive"),
        ("contacts_180", "talkative", "silent"),
    ];

    private readonly IReadOnlyList<Example> _examples;
    private readonly double[][] _values;
    private readonly (double Mean, double Deviation)[] _whole;

    /// <summary>Looks at everybody.</summary>
    /// <param name="examples">(N) customers, with what they did afterwards.</param>
    public SegmentTraits(IReadOnlyList<Example> examples)
    {
        _examples = examples;
        _values = [.. Facts.Select(fact => Values(examples, AggregateFeatures.Names.IndexOf(fact.Feature)))];
        _whole = Array.ConvertAll(_values, Moments);
    }

    /// <summary>Describes each group and gives it a name that no other has.</summary>
    /// <param name="groups">(N) group of each customer.</param>
    /// <param name="k">Groups.</param>
    public IReadOnlyList<DiscoveredSegment> Describe(int[] groups, int k)
    {
        var segments = new List<DiscoveredSegment>();
        for (var group = 0; group < k; group++)
        {
            int[] members = [.. Enumerable.Range(0, groups.Length).Where(i => groups[i] == group)];
            var differences = Facts.Select((fact, f) => (Fact: f, Size: Difference(f, members))).Where(fact => Math.Abs(fact.Size) >= DifferenceMin)
                .OrderByDescending(fact => Math.Abs(fact.Size)).Take(TraitsMax).ToList();
            var name = NameOf([.. differences.Select(fact => fact.Size > 0 ? Facts[fact.Fact].More : Facts[fact.Fact].Less)], segments);
            segments.Add(new DiscoveredSegment(name, members.Length / (double)groups.Length, [.. differences.Select(fact => Words(fact.Fact, members)), .. After(members)]));
        }

        return segments;
    }

    private static string NameOf(IReadOnlyList<string> words, List<DiscoveredSegment> taken)
    {
        // Two words say enough; a third tells groups apart of which these are the same in any order, and then a number does.
        var names = Enumerable.Range(2, 3).Select(count => string.Join('_', words.Take(count))).Select(name => name.Length == 0 ? "average" : name).ToList();
        return names.FirstOrDefault(IsFree) ?? Enumerable.Range(2, taken.Count + 1).Select(number => $"{names[0]}_{number}").First(IsFree);

        bool IsFree(string name) => taken.TrueForAll(segment => !Letters(segment.Name).SequenceEqual(Letters(name)));

        static IEnumerable<char> Letters(string name) => name.Order();
    }

    private string Words(int fact, int[] members)
    {
        var (feature, values) = (Facts[fact].Feature, _values[fact]);
        var (here, everywhere) = (Mean(members.Select(i => values[i])), Mean(values));
        return FormattableString.Invariant($"{FactorNames.OfFeature(feature)}: {here:#,0.##} against {everywhere:#,0.##} of everybody");
    }

    /// <summary>What became of them: no part of finding them.</summary>
    private IEnumerable<string> After(int[] members)
    {
        var buyers = members.Where(i => _examples[i].HasPurchased).ToList();
        if (buyers.Count > 0)
        {
            yield return FormattableString.Invariant(
                $"afterwards {buyers.Count(i => !_examples[i].BuysAgain) / (double)buyers.Count:P0} bought no more, against {Lapsed(_examples):P0} of everybody");
        }

        yield return FormattableString.Invariant($"afterwards spent {members.Average(i => _examples[i].FutureSpend):#,0.##} on average, against {_examples.Average(example => example.FutureSpend):#,0.##}");
    }

    private static double Lapsed(IReadOnlyList<Example> examples) =>
        examples.Count(example => example is { HasPurchased: true, BuysAgain: false }) / (double)Math.Max(1, examples.Count(example => example.HasPurchased));

    /// <summary>How far the group's mean lies from everybody's, in standard deviations, of logarithms: amounts have long tails.</summary>
    private double Difference(int fact, int[] members)
    {
        var (mean, deviation) = _whole[fact];
        var (here, _) = Moments([.. members.Select(i => _values[fact][i])]);
        return deviation > 0 && double.IsFinite(here) ? (here - mean) / deviation : 0;
    }

    private static (double Mean, double Deviation) Moments(double[] values)
    {
        var logs = values.Where(double.IsFinite).Select(value => Math.Log(1 + Math.Max(0, value))).ToList();
        var mean = logs.Count == 0 ? double.NaN : logs.Average();
        return (mean, logs.Count == 0 ? 0 : Math.Sqrt(logs.Average(value => (value - mean) * (value - mean))));
    }

    private static double Mean(IEnumerable<double> values)
    {
        var known = values.Where(double.IsFinite).ToList();
        return known.Count == 0 ? 0 : known.Average();
    }

    private static double[] Values(IEnumerable<Example> examples, int feature) => [.. examples.Select(example => (double)example.Input.Aggregates[feature])];
}
