using OrleansSeg.Model.Features;

namespace OrleansSeg.Model.Segments;

/// <summary>Which labels the rule can still give a customer, from what is known at the cutoff: who has bought never becomes a prospect.</summary>
public static class PossibleLabels
{
    // Ages reach the model as single-precision days; this close to the limit both sides are held possible.
    private const float AgeSlackDays = 0.01f;

    private static readonly int PurchaseDays = AggregateFeatures.Names.IndexOf("purchase_days");
    private static readonly int CustomerAge = AggregateFeatures.Names.IndexOf("days_since_first_purchase");

    /// <summary>Marks the possible labels; all of them when the scheme has none of those the rule could give.</summary>
    /// <param name="scheme">The scheme; the shop's own labels and discovered segments leave everything possible.</param>
    /// <param name="input">The customer.</param>
    /// <param name="possible">(S) destination.</param>
    public static void Mark(SegmentScheme scheme, CustomerInput input, Span<bool> possible)
    {
        ArgumentNullException.ThrowIfNull(scheme);
        ArgumentNullException.ThrowIfNull(input);
        var any = false;
        for (var label = 0; label < scheme.Count; label++)
        {
            possible[label] = scheme switch
            {
                { Name: SegmentScheme.PredictiveName } => IsPossible(scheme.Labels[label], input),
                { Quantiles: { } quantiles } => RfmSegments.IsPossible(scheme.Labels[label], RfmState.Of(input), scheme.Horizon, quantiles),
                _ => true,
            };
            any |= possible[label];
        }

        if (!any)
        {
            possible[..scheme.Count].Fill(true);
        }
    }

    private static bool IsPossible(string label, CustomerInput input)
    {
        var bought = input.Aggregates[PurchaseDays] > 0;
        var age = input.Aggregates[CustomerAge];
        return label switch
        {
            PredictiveLabels.Browser or PredictiveLabels.Prospect => !bought,
            PredictiveLabels.Promising => bought && age <= PredictiveLabels.NewCustomerDays + AgeSlackDays,
            PredictiveLabels.Loyal or PredictiveLabels.Occasional => bought && age >= PredictiveLabels.NewCustomerDays - AgeSlackDays,
            _ => bought,
        };
    }
}
