using System.Collections.Frozen;
using OrleansSeg.Data.Import;
using OrleansSeg.Data.Import.Mapping;
using OrleansSeg.Events;

namespace OrleansSeg.Data.Cleaning;

/// <summary>What a policy says about a row; nothing when the row goes on.</summary>
/// <param name="Dropped">The policy that leaves it out.</param>
/// <param name="FaultOf">The field that makes it malformed.</param>
/// <param name="Code">The reason, one of <see cref="RejectionReasons"/>.</param>
/// <param name="Problem">The reason in words.</param>
internal readonly record struct Verdict(string? Dropped = null, EventField? FaultOf = null, string? Code = null, string? Problem = null);

/// <summary>A mapping's rules on amounts: returns, prices, lines that are no product.</summary>
internal sealed class CleaningPolicy(CleaningRules rules)
{
    private readonly FrozenSet<string> _notProducts = rules.NotProducts.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether an item code stands for postage, a fee or a correction.</summary>
    public bool IsNotAProduct(string? item) => item is not null && _notProducts.Contains(item);

    /// <summary>Settles type, quantity and unit price of a draft, or says why the row is not kept.</summary>
    /// <param name="draft">Type, order, item, quantity and price as the row has them.</param>
    /// <param name="total">Price of the whole line, in place of a unit price.</param>
    public Verdict Apply(EventDraft draft, decimal? total)
    {
        var moves = draft.Type is EventType.Purchase or EventType.Return;
        if (rules.NotProductLines == CleaningRules.Drop && IsNotAProduct(draft.Item))
        {
            return new Verdict(DropPolicies.NotAProduct);
        }

        if (draft.Type == EventType.Purchase && IsReturnOrder(draft.OrderId))
        {
            draft.Type = EventType.Return;
            draft.Quantity = Absolute(draft.Quantity);
            total = Absolute(total);
        }

        if (draft.Quantity < 0)
        {
            if (!moves || rules.NegativeQuantity != CleaningRules.Return)
            {
                return new Verdict(null, EventField.Quantity, RejectionReasons.NegativeQuantity, "is below zero");
            }

            draft.Type = EventType.Return;
            draft.Quantity = -draft.Quantity;
            total = Absolute(total);
        }

        if (!ShareTotal(draft, total))
        {
            return new Verdict(null, EventField.Total, RejectionReasons.NumberOutOfRange, $"is more than {EventLimits.AmountMax:0} for one unit");
        }

        if (moves && draft.Quantity == 0)
        {
            return new Verdict(DropPolicies.ZeroQuantity);
        }

        if (moves && draft.UnitPrice <= 0 && rules.NonPositivePrice == CleaningRules.Drop)
        {
            return new Verdict(DropPolicies.NonPositivePrice);
        }

        return draft.UnitPrice < 0
            ? new Verdict(null, total is null ? EventField.Price : EventField.Total, RejectionReasons.NegativePrice, "is below zero")
            : default;
    }

    /// <summary>The line's price becomes a unit price, to eight decimals; without units the line counts as one.</summary>
    private static bool ShareTotal(EventDraft draft, decimal? total)
    {
        if (total is not { } line)
        {
            return true;
        }

        draft.Quantity = draft.Quantity == 0 && line != 0 ? null : draft.Quantity;
        var units = draft.Quantity is > 0 and var known ? known : 1;
        if (Math.Abs(line) > units * EventLimits.AmountMax)
        {
            return false;
        }

        draft.UnitPrice = ContentHasher.Plain(Math.Round(line / units, 8));
        return true;
    }

    private bool IsReturnOrder(string? order)
    {
        foreach (var prefix in rules.ReturnOrderPrefixes)
        {
            if (order is not null && order.StartsWith(prefix, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }

    private static decimal? Absolute(decimal? number) => number is { } value ? Math.Abs(value) : null;
}
