using System.Collections.Immutable;

namespace OrleansSeg.Data.Import.Mapping;

/// <summary>A mapping's policies. The defaults keep everything that can be kept.</summary>
internal sealed record CleaningRules
{
    public const string Drop = "drop";
    public const string Keep = "keep";
    public const string Reject = "reject";
    public const string Return = "return";

    /// <summary>Rows without a customer: <c>drop</c> (default) or <c>reject</c>.</summary>
    public string MissingCustomer { get; init; } = Drop;

    /// <summary>Purchases and returns at a price of zero or less: <c>keep</c> (default; below zero is rejected) or <c>drop</c>.</summary>
    public string NonPositivePrice { get; init; } = Keep;

    /// <summary>Quantities below zero: <c>reject</c> (default) or <c>return</c>.</summary>
    public string NegativeQuantity { get; init; } = Reject;

    /// <summary>Rows that repeat an earlier one in every column: <c>keep</c> (default; the second gets its own id) or <c>drop</c>.</summary>
    public string ExactDuplicates { get; init; } = Keep;

    /// <summary>Orders whose id begins with one of these are returns.</summary>
    public ImmutableArray<string> ReturnOrderPrefixes { get; init; } = [];

    /// <summary>Item codes that stand for postage, fees or corrections.</summary>
    public ImmutableArray<string> NotProducts { get; init; } = [];

    /// <summary>Lines with such a code: <c>keep</c> (default; counted) or <c>drop</c>.</summary>
    public string NotProductLines { get; init; } = Keep;

    /// <summary>Every row is an order of its own: its order id is its event id.</summary>
    public bool EachRowIsAnOrder { get; init; }

    /// <summary>Customer ids are whole numbers: a trailing <c>.0</c>, as spreadsheets write it, is cut.</summary>
    public bool CustomerIsNumber { get; init; }
}
