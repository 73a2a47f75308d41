using System.Collections.Immutable;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Concurrency;
using Orleans.Storage;
using OrleansSeg.Customers.History;
using OrleansSeg.Customers.Scoring;
using OrleansSeg.Customers.Storage;
using OrleansSeg.Events;
using OrleansSeg.Hosting;
using OrleansSeg.Inference;
using OrleansSeg.Placement;
using OrleansSeg.Segments;

namespace OrleansSeg.Customers;

/// <summary>One customer: history, profile and assignment. What is durable lies in <see cref="CustomerJournal"/>.</summary>
/// <remarks>Reentrant, so that calls share writes and a look-up never waits for one.</remarks>
[GrainType(TypeName), Reentrant, SiteSilos, WithPartition]
internal sealed partial class CustomerGrain : IGrainBase, ICustomerGrain, ICustomerUpkeepGrain, ICustomerSurroundings, IDisposable
{
    /// <summary>The grain type.</summary>
    public const string TypeName = "seg.customer";

    private const int EventsPerCallMax = 10_000;

    private readonly InferenceDoors _doors;
    private readonly SiteDirectory _sites;
    private readonly ModelWatch _models;
    private readonly ExplanationCache _explanations;
    private readonly CustomerOptions _options;
    private readonly RescoringOptions _rescoring;
    private readonly CustomerInstruments _instruments;
    private readonly TimeProvider _time;
    private readonly CustomerKey _key;
    private readonly CustomerJournal _journal;
    private readonly CustomerErasure _erasure;
    private readonly CustomerOutbox _outbox;
    private readonly Rescorer _rescorer;
    private readonly ILogger<CustomerGrain> _logger;
    private readonly SiloStopping _siloStopping;
    private readonly CancellationTokenSource _stop = new();
    private AssignmentView _view;

    public CustomerGrain(
        IGrainContext context,
        InferenceDoors doors,
        [FromKeyedServices(CustomerStorage.ProviderName)] IGrainStorage storage,
        SiteDirectory sites,
        ModelWatch models,
        ExplanationCache explanations,
        IOptions<CustomerOptions> options,
        IOptions<RescoringOptions> rescoring,
        CustomerInstruments instruments,
        SiloStopping siloStopping,
        TimeProvider time,
        ILogger<CustomerGrain> logger)
    {
        GrainContext = context;
        (_doors, _sites, _models, _explanations, _options, _rescoring) = (doors, sites, models, explanations, options.Value, rescoring.Value);
        (_instruments, _siloStopping, _time, _logger) = (instruments, siloStopping, time, logger);
        _key = CustomerKey.Parse(context.GrainId.Key.ToString()!);
        _view = new AssignmentView(_key.Site, _key.CustomerId, _options, models, time);
        _journal = new CustomerJournal(new GrainRecords(storage, context.GrainId), _options, instruments, this);
        _erasure = new CustomerErasure(_key, _journal, sites, storage);
        _outbox = new CustomerOutbox(_key, _journal, sites, _options, time, logger, _stop.Token);
        _rescorer = new Rescorer(_key, _journal, doors, _options, _rescoring, models, time, instruments, logger, _stop.Token);
    }

    /// <inheritdoc />
    public IGrainContext GrainContext { get; }

    /// <inheritdoc />
    public Task<RecordReceipt> RecordAsync(ImmutableArray<BehaviourEvent> events, CancellationToken cancellationToken) =>
        RecordAsync(events, imported: false, cancellationToken);

    /// <inheritdoc />
    public async Task<RecordReceipt> ImportAsync(CustomerImport import, CancellationToken cancellationToken)
    {
        CheckSame(import.CustomerId);
        var attributes = import.Attributes.Select(a => KeyValuePair.Create(a.Key, (string?)a.Value)).ToArray();
        ProfileAttributes.Check(attributes);
        var profile = attributes.Length == 0 || Holds(attributes)
            ? Task.CompletedTask
            : SubmitAsync(
                new ProfileChange(state => IsErasedPast(state, import) ? state : ProfileAttributes.Apply(state, attributes), imported: true),
                cancellationToken);
        var record = RecordAsync(import.Events, imported: true, cancellationToken);
        await Task.WhenAll(profile, record);
        _rescorer.Mark(ScoringPriority.Backfill);
        return await record;
    }

    /// <inheritdoc />
    public ValueTask<SegmentAssignment> LookUpAsync()
    {
        var assignment = _view.Current;
        if (_view.IsStale)
        {
            _instruments.LookedUpStale();
        }

        return ValueTask.FromResult(assignment);
    }

    /// <inheritdoc />
    public async Task<SegmentAssignment> LookUpFreshAsync(CancellationToken cancellationToken)
    {
        if (_view.Current.Stale)
        {
            await ScoreNowAsync(ScoringPriority.Storefront, patient: true, cancellationToken);
        }

        return _view.Current;
    }

    /// <inheritdoc />
    public Task<HistoryPage> GetHistoryAsync(HistoryQuery query, CancellationToken cancellationToken) =>
        ReadAsync(state => HistoryPager.ReadAsync(new HistoryReader(state, _journal.Hot, _journal.Pages), query, _key.GrainKey, cancellationToken));

    /// <inheritdoc />
    public Task<CustomerProfile> GetProfileAsync(CancellationToken cancellationToken)
    {
        var state = _journal.State;
        var aggregates = state.ReadAggregates();
        return Task.FromResult(new CustomerProfile(
            _key.CustomerId,
            state.Attributes.ToImmutableDictionary(a => a.Name, a => a.Value),
            ImmutableDictionary<ConsentPurpose, bool>.Empty
                .Add(ConsentPurpose.Profiling, state.MayProfile(_options))
                .Add(ConsentPurpose.Training, state.MayTrain(_options)),
            _journal.EventCount,
            Enum.GetValues<EventType>().Where(type => aggregates.CountOf(type) > 0).ToImmutableDictionary(type => type.ToString(), aggregates.CountOf),
            aggregates.FirstEvent,
            aggregates.LastEvent,
            aggregates.PurchaseDays,
            aggregates.Spend,
            state.PageCount));
    }

    /// <inheritdoc />
    public async Task SetAttributesAsync(ImmutableDictionary<string, string?> attributes, CancellationToken cancellationToken)
    {
        ProfileAttributes.Check(attributes);
        await SubmitAsync(new ProfileChange(state => ProfileAttributes.Apply(state, attributes), imported: false), cancellationToken);
        _rescorer.Mark(ScoringPriority.Refresh);
    }

    /// <inheritdoc />
    public async Task SetConsentAsync(ConsentPurpose purpose, bool granted, CancellationToken cancellationToken)
    {
        await SubmitAsync(new ProfileChange(state => Consent(state, purpose, granted), imported: false), cancellationToken);
        _rescorer.Mark(ScoringPriority.Refresh);
    }

    private static CustomerState Consent(CustomerState state, ConsentPurpose purpose, bool granted) => purpose switch
    {
        // Without consent no assignment is kept, and one under way is dropped; the index hears of both.
        ConsentPurpose.Profiling => state.ProfilingConsent == granted ? state : state with
        {
            ProfilingConsent = granted,
            Assignment = granted ? state.Assignment : null,
            AssignmentVersion = state.AssignmentVersion + 1,
        },
        ConsentPurpose.Training => state.TrainingConsent == granted ? state : state with { TrainingConsent = granted },
        _ => throw new ArgumentOutOfRangeException(nameof(purpose), purpose, "There is no such purpose."),
    };

    private async Task<RecordReceipt> RecordAsync(ImmutableArray<BehaviourEvent> events, bool imported, CancellationToken cancellationToken)
    {
        if (events.IsDefaultOrEmpty)
        {
            return new RecordReceipt(0, 0, []);
        }

        if (events.Length > EventsPerCallMax)
        {
            throw new ArgumentException($"One call records at most {EventsPerCallMax} events, not {events.Length}.", nameof(events));
        }

        var now = _time.GetUtcNow();
        var change = new RecordChange(events, imported, RetentionRule.At(now, _options.RetentionByType), now);
        await SubmitAsync(change, cancellationToken);
        var receipt = change.Receipt;
        _instruments.Recorded(receipt);
        if (receipt.Added > 0)
        {
            _rescorer.Mark(imported ? ScoringPriority.Backfill : ScoringPriority.Refresh);
        }

        return receipt;
    }

    private async Task SubmitAsync(PendingChange<CustomerDraft> change, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        await SettleErasureAsync();
        await _journal.SubmitAsync(change);
    }

    /// <summary>Reads of one durable version, or of the next one when its pages were rewritten or erased under way.</summary>
    private async Task<T> ReadAsync<T>(Func<CustomerState, Task<T>> read)
    {
        while (true)
        {
            var state = _journal.State;
            try
            {
                return await read(state);
            }
            catch (PageMissingException) when (!ReferenceEquals(state, _journal.State))
            {
                // The version now in memory says what there is.
            }
        }
    }

    /// <summary>Whether everything imported is of a life that was erased: then its attributes may not come back either.</summary>
    private static bool IsErasedPast(CustomerState state, CustomerImport import) =>
        state.ErasedAt is { } erasedAt && import.Events.All(e => e.Timestamp < erasedAt);

    private bool Holds(KeyValuePair<string, string?>[] attributes)
    {
        var held = _journal.State.Attributes;
        return attributes.All(a => held.Contains(new ProfileAttribute(a.Key, a.Value!)));
    }

    private void CheckSame(string customerId)
    {
        if (customerId != _key.CustomerId)
        {
            throw new ArgumentException($"The import is for customer '{customerId}', this is '{_key.CustomerId}'.", nameof(customerId));
        }
    }
}
