using System.Collections.Immutable;

namespace OrleansSeg.Model.Segments;

/// <summary>Where recency, frequency and money change their scores: the 20th, 40th, 60th and 80th percentile each, ascending.</summary>
/// <param name="Recency">Days since the last purchase.</param>
/// <param name="Frequency">Purchase days of the last year.</param>
/// <param name="Money">Spend of the last year.</param>
public sealed record RfmQuantiles(ImmutableArray<double> Recency, ImmutableArray<double> Frequency, ImmutableArray<double> Money)
{
    /// <summary>Scores are 1 to this.</summary>
    public const int ScoreMax = 5;

    /// <summary>Fits on states of customers who bought within the year; what is left of no customers puts everybody at score 1 or 5 alike.</summary>
    public static RfmQuantiles Fit(IEnumerable<RfmState> states)
    {
        var active = states.Where(state => state.RecencyDays <= RfmState.Period.TotalDays).ToList();
        return new RfmQuantiles(
            Edges(active.Select(state => state.RecencyDays)), Edges(active.Select(state => (double)state.PurchaseDays)), Edges(active.Select(state => state.Spend)));
    }

    /// <summary>5 for the fifth that bought last, 1 for the one that did longest ago. Equal days have equal scores.</summary>
    public int RecencyScore(double days) => ScoreMax - Above(Recency, days);

    /// <summary>1 for few purchase days, 5 for many. Equal days have equal scores.</summary>
    public int FrequencyScore(double days) => 1 + Above(Frequency, days);

    /// <summary>1 for little spend, 5 for much.</summary>
    public int MoneyScore(double spend) => 1 + Above(Money, spend);

    /// <summary>Whether the parts have four finite edges each: false for a damaged file.</summary>
    internal bool IsWhole() => IsWhole(Recency) && IsWhole(Frequency) && IsWhole(Money);

    private static bool IsWhole(ImmutableArray<double> edges) => !edges.IsDefault && edges.Length == ScoreMax - 1 && edges.All(double.IsFinite);

    private static int Above(ImmutableArray<double> edges, double value) => edges.Count(edge => value > edge);

    private static ImmutableArray<double> Edges(IEnumerable<double> values)
    {
        var sorted = values.Order().ToList();
        return [.. Enumerable.Range(1, ScoreMax - 1).Select(fifth => sorted.Count == 0 ? 0 : sorted[(int)((sorted.Count - 1) * (fifth / (double)ScoreMax))])];
    }
}
