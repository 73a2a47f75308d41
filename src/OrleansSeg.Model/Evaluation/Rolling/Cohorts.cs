using OrleansSeg.Model.Features;
using OrleansSeg.Model.Training;

namespace OrleansSeg.Model.Evaluation.Rolling;

/// <summary>Groups of customers of whom a mean over all tells little: how long they have been known, how often they bought.</summary>
public static class Cohorts
{
    private static readonly int Age = AggregateFeatures.Names.IndexOf("days_since_first_event");
    private static readonly int PurchaseDays = AggregateFeatures.Names.IndexOf("purchase_days");

    /// <summary>The cohorts of an example, as of its cutoff.</summary>
    public static IEnumerable<string> Of(Example example)
    {
        ArgumentNullException.ThrowIfNull(example);
        yield return example.Input.Aggregates[Age] switch
        {
            <= 90 => "known up to 90 days",
            <= 365 => "known 91 to 365 days",
            _ => "known over a year",
        };
        yield return example.Input.Aggregates[PurchaseDays] switch
        {
            < 1 => "never bought",
            < 2 => "bought on one day",
            < 6 => "bought on 2 to 5 days",
            _ => "bought on 6 days or more",
        };
    }
}
