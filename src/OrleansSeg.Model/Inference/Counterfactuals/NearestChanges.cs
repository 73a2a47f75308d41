using System.Globalization;
using OrleansSeg.Model.Training;

namespace OrleansSeg.Model.Inference.Counterfactuals;

/// <summary>The smallest hypotheses that lead to other segments.</summary>
/// <remarks>
/// For each segment the smallest kind of doing that leads there, at the earliest day tried, and the shortest silence. Of doing, "within N
/// days" says that the model decides so on every day tried from now to then. It says what the model would say, not what causes what.
/// </remarks>
internal static class NearestChanges
{
    /// <summary>Chooses.</summary>
    /// <param name="hypotheses">What was made up.</param>
    /// <param name="forecasts">A forecast of each, in their order.</param>
    /// <param name="decided">The index of the segment decided for each.</param>
    /// <param name="labels">The segments.</param>
    /// <param name="now">The index of the segment decided for the customer.</param>
    public static IReadOnlyList<Counterfactual> Of(
        Hypotheses hypotheses, IReadOnlyList<Forecast> forecasts, IReadOnlyList<int> decided, IReadOnlyList<string> labels, int now)
    {
        var found = new List<Counterfactual>();
        for (var segment = 0; segment < labels.Count; segment++)
        {
            if (segment == now)
            {
                continue;
            }

            var leads = hypotheses.All.Index().Where(pair => decided[pair.Index] == segment).ToList();
            foreach (var first in new[] { leads.Find(pair => IsDoing(pair.Item)), leads.Find(pair => !IsDoing(pair.Item)) })
            {
                if (first.Item is { } hypothesis)
                {
                    var days = IsDoing(hypothesis) ? Reached(hypotheses, decided, hypothesis, segment) : [first.Index];
                    var last = hypotheses.All[days[^1]].Days;
                    found.Add(new Counterfactual(
                        Words(hypothesis, last, hypotheses.OrderAmount), labels[segment], days.Min(i => forecasts[i].Probabilities[segment]), hypothesis.Kind, last));
                }
            }
        }

        return found;
    }

    private static bool IsDoing(Hypothesis? hypothesis) => hypothesis is { Kind: not HypothesisKind.Silence };

    /// <summary>The days in a row from now on that lead to the segment; the earliest alone if it is not now.</summary>
    private static List<int> Reached(Hypotheses hypotheses, IReadOnlyList<int> decided, Hypothesis first, int segment)
    {
        var days = hypotheses.All.Index().Where(pair => pair.Item.Kind == first.Kind && pair.Item.Days >= first.Days).TakeWhile(pair => decided[pair.Index] == segment);
        return [.. days.Take(first.Days == 0 ? int.MaxValue : 1).Select(pair => pair.Index)];
    }

    private static string Words(Hypothesis first, int last, float amount)
    {
        var usual = amount > 0 ? string.Create(CultureInfo.InvariantCulture, $" of {amount:#,0.##}") : "";
        var doubled = amount > 0 ? string.Create(CultureInfo.InvariantCulture, $" of {2 * amount:#,0.##}") : " of twice the usual size";
        var doing = first.Kind switch
        {
            HypothesisKind.Silence => $"nothing for {last} days",
            HypothesisKind.Visit => "a visit",
            HypothesisKind.Response => "a campaign message opened",
            HypothesisKind.Order => $"one order{usual}",
            HypothesisKind.LargeOrder => $"one order{doubled}",
            HypothesisKind.TwoOrders => $"two orders{usual}, a week apart, the first",
            HypothesisKind.ThreeOrders => $"three orders{usual}, a week apart, the first",
            _ => throw new ArgumentOutOfRangeException(nameof(first), first.Kind, "There is no such kind."),
        };
        return first.Kind == HypothesisKind.Silence ? doing : last == 0 ? $"{doing} now" : first.Days == 0 ? $"{doing} within {last} days" : $"{doing} in {last} days";
    }
}
