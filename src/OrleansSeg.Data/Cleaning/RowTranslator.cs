using System.Globalization;
using OrleansSeg.Data.Import;
using OrleansSeg.Data.Import.Mapping;
using OrleansSeg.Data.Import.Rows;
using OrleansSeg.Events;

namespace OrleansSeg.Data.Cleaning;

/// <summary>Turns rows into events, by a mapping and its rules.</summary>
internal sealed class RowTranslator
{
    private readonly EventMapping _mapping;
    private readonly RowReader _rows;
    private readonly QualityRecorder _quality;
    private readonly TimeFormat _time;
    private readonly DateTimeOffset _now;
    private readonly string _site;
    private readonly ContentHasher _hasher = new();
    private readonly HashCountTable _occurrences = new();
    private readonly int _customer;
    private readonly int _when;
    private readonly int _order;
    private readonly int _item;
    private readonly int _quantity;
    private readonly int _price;
    private readonly int _text;
    private readonly int _country;

    public RowTranslator(EventMapping mapping, RowReader rows, QualityRecorder quality, TimeFormat time, string site, DateTimeOffset now)
    {
        (_mapping, _rows, _quality, _time, _site, _now) = (mapping, rows, quality, time, site, now);
        _customer = ColumnBinding.Find(mapping.Customer, rows.Columns);
        _when = ColumnBinding.Find(mapping.Time, rows.Columns);
        _order = ColumnBinding.Find(mapping.Order, rows.Columns);
        _item = ColumnBinding.Find(mapping.Item, rows.Columns);
        _quantity = ColumnBinding.Find(mapping.Quantity, rows.Columns);
        _price = ColumnBinding.Find(mapping.Price, rows.Columns);
        _text = ColumnBinding.Find(mapping.Text, rows.Columns);
        _country = ColumnBinding.Find(mapping.Attributes.GetValueOrDefault("country"), rows.Columns);
    }

    /// <summary>The event of the row at hand; null when the row was dropped or rejected, which the recorder then knows.</summary>
    public CustomerEvent? Translate()
    {
        var customerId = Value(_customer);
        if (customerId is null)
        {
            _quality.Drop(DropPolicies.MissingCustomerId);
            return null;
        }

        if (customerId.EndsWith(".0", StringComparison.Ordinal) && _mapping.Rules.CustomerIsNumber)
        {
            customerId = customerId[..^2];
        }

        if (!CustomerKey.TryCreate(_site, customerId, out _, out var problem))
        {
            return Reject(RejectionReasons.BadCustomerId, "customerId", problem);
        }

        if (!_time.TryRead(_rows[_when].Trim(), out var timestamp))
        {
            return Reject(RejectionReasons.BadTime, "timestamp", $"'{_rows[_when]}' is not a time as {_time.Expected}");
        }

        if (!TryNumber(_quantity, "quantity", out var quantity) || !TryNumber(_price, "unitPrice", out var price))
        {
            return null;
        }

        if (price <= 0 && _mapping.Rules.NonPositivePrice == "drop")
        {
            _quality.Drop(DropPolicies.NonPositivePrice);
            return null;
        }

        var order = Value(_order);
        var isReturn = quantity < 0 || (order is not null && _mapping.Rules.ReturnOrderPrefixes.Any(prefix => order.StartsWith(prefix, StringComparison.Ordinal)));
        var e = new BehaviourEvent
        {
            EventId = "-",
            Type = isReturn ? EventType.Return : EventType.Purchase,
            Timestamp = timestamp,
            OrderId = order,
            Item = Value(_item),
            Quantity = quantity is { } units ? Math.Abs(units) : null,
            UnitPrice = price,
            Text = Value(_text),
            Backfilled = true,
        };
        if (EventValidator.FindProblem(e, _now) is { } bad)
        {
            return Reject(RejectionReasons.ImpossibleTime, bad.Field, bad.Reason);
        }

        var hash = HashOf(customerId, e);
        var withId = e with { EventId = ContentHasher.ToEventId(hash, _occurrences.Increment(hash)) };
        _hasher.Reset();
        _hasher.Add(customerId);
        _quality.Keep(withId, _hasher.Hash());
        return new CustomerEvent(customerId, withId, Value(_country) is { } country ? new Dictionary<string, string> { ["country"] = country } : null);
    }

    private UInt128 HashOf(string customerId, BehaviourEvent e)
    {
        _hasher.Reset();
        _hasher.Add(customerId);
        _hasher.Add((long)e.Type);
        _hasher.Add(e.Timestamp.UtcTicks);
        _hasher.Add(e.OrderId);
        _hasher.Add(e.Item);
        _hasher.Add(e.Quantity);
        _hasher.Add(e.UnitPrice);
        _hasher.Add(e.Text);
        return _hasher.Hash();
    }

    private string? Value(int column)
    {
        var value = column < 0 ? default : _rows[column].Trim();
        return value.IsEmpty ? null : value.ToString();
    }

    private bool TryNumber(int column, string field, out decimal? number)
    {
        number = null;
        var text = column < 0 ? default : _rows[column].Trim();
        if (text.IsEmpty)
        {
            return true;
        }

        if (decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value))
        {
            number = ContentHasher.Plain(value);
            return true;
        }

        Reject(RejectionReasons.BadNumber, field, $"'{text}' is not a finite number");
        return false;
    }

    private CustomerEvent? Reject(string code, string field, string reason)
    {
        _quality.Reject(_rows.RowNumber, new RowFault(code, field, reason));
        return null;
    }
}
