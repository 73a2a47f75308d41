namespace OrleansSeg.Data.Import;

/// <summary>Policies of layouts that leave sound rows out, as the report counts them. The names are stable.</summary>
public static class DropPolicies
{
    /// <summary>The row names no customer, so it is in nobody's history.</summary>
    public const string MissingCustomerId = "missingCustomerId";

    /// <summary>An event type that the mapping leaves out.</summary>
    public const string IgnoredEventType = "ignoredEventType";

    /// <summary>A line that cost nothing or less: a sample, a write-off or a correction, not something bought.</summary>
    public const string NonPositivePrice = "nonPositivePrice";

    /// <summary>A line of no units: nothing changed hands.</summary>
    public const string ZeroQuantity = "zeroQuantity";

    /// <summary>An item code that stands for postage, fees or corrections, where the layout leaves these out.</summary>
    public const string NotAProduct = "notAProduct";

    /// <summary>The row repeats an earlier row of the file in every column.</summary>
    public const string ExactDuplicate = "exactDuplicate";
}
