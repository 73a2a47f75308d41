using System.Globalization;
using OrleansSeg.Data.Import;
using OrleansSeg.Data.Import.Mapping;
using OrleansSeg.Data.Import.Rows;
using OrleansSeg.Events;

namespace OrleansSeg.Data.Cleaning;

/// <summary>Turns rows into events, by a mapping and its rules: every row is kept, dropped by a policy, or rejected for a reason.</summary>
/// <remarks>
/// The first thing that applies decides, in this order: no customer, no event type wanted, values that cannot be read, the mapping's
/// policies, the bounds of events, exact repetition.
/// </remarks>
internal sealed class RowTranslator : IDisposable
{
    private readonly EventMapping _mapping;
    private readonly RowReader _rows;
    private readonly RowFields _fields;
    private readonly QualityRecorder _quality;
    private readonly EventTypeReader _types;
    private readonly TimeFormat _time;
    private readonly CleaningPolicy _policy;
    private readonly CustomerIds _customers;
    private readonly AttributeReader _attributes;
    private readonly EventIdentity _identity = new();
    private readonly ReturnMatcher _returns = new();
    private readonly DuplicateRows? _duplicates;
    private readonly string? _siteCurrency;
    private readonly DateTimeOffset _now;
    private readonly EventDraft _draft = new();
    private RowFault? _fault;
    private string? _dropped;

    public RowTranslator(EventMapping mapping, RowReader rows, QualityRecorder quality, ImportOptions options, TimeZoneInfo zone, DateTimeOffset now)
    {
        (_mapping, _rows, _quality, _now) = (mapping, rows, quality, now);
        _fields = new RowFields(mapping, rows);
        _types = new EventTypeReader(mapping.Type!);
        _time = new TimeFormat(mapping.Time!.Formats, zone, isoToo: rows.HasTypedTimes);
        _policy = new CleaningPolicy(mapping.Rules);
        _customers = new CustomerIds(options.Site, mapping.Rules.CustomerIsNumber);
        _attributes = new AttributeReader(mapping, rows, _fields);
        _siteCurrency = options.SiteCurrency;
        rows.Select(column => options.DropExactDuplicates == true || mapping.Reads(column));
        _duplicates = options.DropExactDuplicates ?? mapping.Rules.ExactDuplicates == CleaningRules.Drop ? new DuplicateRows(rows) : null;
    }

    /// <summary>The event of the row at hand; null when the row was dropped or rejected, which the recorder then knows.</summary>
    public CustomerEvent? Translate()
    {
        (_fault, _dropped) = (null, null);
        _fields.Begin();
        if (ReadWho() && ReadWhat() && ReadWhen() && ReadAmounts() && ReadLabels() && Keep() is { } kept)
        {
            return kept;
        }

        if (_dropped is not null)
        {
            _quality.Drop(_dropped);
        }
        else
        {
            _quality.Reject(_rows.RowNumber, _fault ?? throw new InvalidOperationException("A row went away without a reason. This is a bug."));
        }

        return null;
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _identity.Dispose();
        _returns.Dispose();
        _duplicates?.Dispose();
    }

    private bool ReadWho()
    {
        var id = _fields[EventField.Customer];
        if (id.IsEmpty)
        {
            return _mapping.Rules.MissingCustomer == CleaningRules.Reject ? MissingValue(EventField.Customer) : Drop(DropPolicies.MissingCustomerId);
        }

        return _customers.TryGet(id, out _draft.CustomerId, out var problem) || Reject(EventField.Customer, RejectionReasons.BadCustomerId, problem);
    }

    private bool ReadWhat()
    {
        var word = _fields[EventField.Type];
        if (word.IsEmpty)
        {
            return MissingValue(EventField.Type);
        }

        if (!_types.TryRead(word, out var type))
        {
            return Reject(EventField.Type, RejectionReasons.BadEventType, $"is not an event type: one of {_types.Expected} was expected");
        }

        _draft.Type = type ?? EventType.None;
        return type is not null || Drop(DropPolicies.IgnoredEventType);
    }

    private bool ReadWhen()
    {
        var text = _fields[EventField.Time];
        if (text.IsEmpty)
        {
            return MissingValue(EventField.Time);
        }

        return _time.TryRead(text, out _draft.Timestamp)
            || Reject(EventField.Time, RejectionReasons.BadTime, $"is not a time as {_time.Expected}");
    }

    private bool ReadAmounts()
    {
        decimal? total = null;
        _fault = _fields.ReadNumber(EventField.Quantity, out _draft.Quantity)
            ?? _fields.ReadNumber(EventField.Price, out _draft.UnitPrice)
            ?? _fields.ReadNumber(EventField.Total, out total)
            ?? ReadRating();
        if (_fault is not null)
        {
            return false;
        }

        _draft.OrderId = _fields.Text(EventField.Order);
        _draft.Item = _fields.Text(EventField.Item);
        var verdict = _policy.Apply(_draft, total);
        (_dropped, _fault) = (verdict.Dropped, verdict.FaultOf is { } field ? _fields.Fault(verdict.Code!, field, verdict.Problem!) : null);
        return _dropped is null && _fault is null;
    }

    private RowFault? ReadRating()
    {
        _draft.Rating = null;
        var fault = _fields.ReadNumber(EventField.Rating, out var rating);
        _draft.Rating = (float?)rating;
        return fault;
    }

    private bool ReadLabels()
    {
        _draft.EventId = _fields.Text(EventField.EventId);
        _draft.Category = _fields.Text(EventField.Category);
        _draft.Channel = _fields.Text(EventField.Channel);
        _draft.Text = _fields.Text(EventField.Text);
        _draft.Currency = null;
        var currency = _fields[EventField.Currency];
        if (currency.IsEmpty || (_siteCurrency is { } own && currency.Equals(own, StringComparison.OrdinalIgnoreCase)))
        {
            return true;
        }

        if (currency.Length != 3 || !currency.ToString().All(char.IsAsciiLetter))
        {
            return Reject(EventField.Currency, RejectionReasons.BadCurrency, "is not a three-letter ISO 4217 code");
        }

        _draft.Currency = _fields.Pooled(currency.ToString().ToUpperInvariant());
        return _siteCurrency is null || Reject(EventField.Currency, RejectionReasons.ForeignCurrency, $"is not the site's currency {_siteCurrency}");
    }

    private CustomerEvent? Keep()
    {
        var hash = _identity.HashOf(_draft);
        var e = _draft.ToEvent(_draft.EventId ?? EventIdentity.FirstId(hash), OwnOrder);
        if (EventValidator.FindProblem(e, _now) is { } problem)
        {
            _fault = new RowFault(EventBounds.ReasonOf(problem), problem.Field, problem.Reason);
            return null;
        }

        if (_duplicates is not null && _duplicates.IsRepeat())
        {
            Drop(DropPolicies.ExactDuplicate);
            return null;
        }

        var occurrence = _draft.EventId is null ? _identity.Count(hash) : 1;
        if (occurrence > 1)
        {
            e = _draft.ToEvent(EventIdentity.Id(hash, occurrence), OwnOrder);
        }

        _quality.Keep(e, new KeptRow
        {
            Customer = _identity.HashOf(_draft.CustomerId, null),
            MissingMask = _fields.MissingMask,
            IsRepeat = occurrence > 1,
            IsNotAProduct = _policy.IsNotAProduct(e.Item),
            ReturnMatched = _returns.Observe(e, _identity.HashOf(_draft.CustomerId, _draft.Item)),
        });
        return new CustomerEvent(_draft.CustomerId, e, _attributes.Read());
    }

    private bool OwnOrder => _mapping.Rules.EachRowIsAnOrder && _draft.OrderId is null;

    private bool MissingValue(EventField field) => Reject(field, RejectionReasons.MissingValue, "must have a value");

    private bool Reject(EventField field, string code, string problem)
    {
        _fault = _fields.Fault(code, field, problem);
        return false;
    }

    private bool Drop(string policy)
    {
        _dropped = policy;
        return false;
    }
}
