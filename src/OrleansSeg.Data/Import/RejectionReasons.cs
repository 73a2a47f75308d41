namespace OrleansSeg.Data.Import;

/// <summary>Why rows are rejected, as the report counts them. The names are stable.</summary>
public static class RejectionReasons
{
    /// <summary>The row has more or fewer columns than the header.</summary>
    public const string ColumnCount = "columnCount";

    /// <summary>A quote opens and does not close where a field can end.</summary>
    public const string UnbalancedQuote = "unbalancedQuote";

    /// <summary>The row is longer than is ever buffered.</summary>
    public const string RowTooLong = "rowTooLong";

    /// <summary>Bytes that are no text in the encoding that was asked for.</summary>
    public const string BadEncoding = "badEncoding";

    /// <summary>The line is not one JSON object.</summary>
    public const string BadJson = "badJson";

    /// <summary>The file ends inside its compressed data.</summary>
    public const string TruncatedFile = "truncatedFile";

    /// <summary>A part of the file cannot be decoded.</summary>
    public const string Unreadable = "unreadable";

    /// <summary>A value that every row must have is missing.</summary>
    public const string MissingValue = "missingValue";

    /// <summary>The customer id breaks a bound.</summary>
    public const string BadCustomerId = "badCustomerId";

    /// <summary>The text is no time in any of the layout's formats.</summary>
    public const string BadTime = "badTime";

    /// <summary>The time is before 1990, after 2099 or in the future.</summary>
    public const string ImpossibleTime = "impossibleTime";

    /// <summary>The event type is not one that the layout knows.</summary>
    public const string BadEventType = "badEventType";

    /// <summary>The text is not a finite number.</summary>
    public const string BadNumber = "badNumber";

    /// <summary>The number is larger than is believed.</summary>
    public const string NumberOutOfRange = "numberOutOfRange";

    /// <summary>A quantity below zero where the layout does not read it as a return.</summary>
    public const string NegativeQuantity = "negativeQuantity";

    /// <summary>A price below zero where the layout does not drop it.</summary>
    public const string NegativePrice = "negativePrice";

    /// <summary>The currency is not a three-letter code.</summary>
    public const string BadCurrency = "badCurrency";

    /// <summary>A currency other than the site's: there is no exchange rate to turn it by.</summary>
    public const string ForeignCurrency = "foreignCurrency";

    /// <summary>A text or code longer than is stored.</summary>
    public const string TooLong = "tooLong";
}
