using OrleansSeg.Model.Segments;

namespace OrleansSeg.Model.Training;

/// <summary>The least that training is worth starting on.</summary>
/// <remarks>
/// Below 200 customers the 95 % interval of a churn AUROC of .80 is wider than ±.06 even if half of them churn, so no model could be told
/// from a guess; below 20 examples a label's F1 moves by .05 with each single one. Both are floors, not advice: more is better.
/// </remarks>
public static class SufficientData
{
    /// <summary>Least customers with a training example.</summary>
    public const int CustomersMin = 200;

    /// <summary>Least training examples of a label; a rarer one is left out of the scheme.</summary>
    public const int ExamplesPerLabelMin = 20;

    /// <summary>Least customers in validation, and in test.</summary>
    public const int HeldCustomersMin = 50;

    /// <exception cref="InsufficientDataException">There are fewer customers than <see cref="CustomersMin"/>.</exception>
    internal static void CheckCustomers(long customers)
    {
        if (customers < CustomersMin)
        {
            throw new InsufficientDataException(
                $"Training needs at least {CustomersMin} customers with behaviour before the training cutoffs; there are {customers}.");
        }
    }

    /// <exception cref="InsufficientDataException">Fewer than two labels have enough examples.</exception>
    internal static void CheckLabels(SegmentScheme scheme, IReadOnlyDictionary<string, int> dropped)
    {
        if (scheme.Count < 2)
        {
            throw new InsufficientDataException(
                $"Training needs at least two segments with {ExamplesPerLabelMin} examples each; "
                + (scheme.Attribute is { } attribute ? $"of the labels in attribute '{attribute}' " : "")
                + (scheme.Count == 0 ? "none has as many" : $"only {scheme.Labels[0]} has as many")
                + string.Concat(dropped.Select(label => $", {label.Key} has {label.Value}")) + ".");
        }
    }

    /// <exception cref="InsufficientDataException">The set has fewer customers than <see cref="HeldCustomersMin"/>.</exception>
    internal static void CheckHeld(ExampleSet set, string name, DateTimeOffset cutoff)
    {
        var customers = set.Labelled().Examples.Count;
        if (customers < HeldCustomersMin)
        {
            throw new InsufficientDataException(
                $"The {name} cutoff {cutoff.UtcDateTime:yyyy-MM-dd} needs at least {HeldCustomersMin} customers with behaviour before it; "
                + $"there are {customers}.");
        }
    }
}
