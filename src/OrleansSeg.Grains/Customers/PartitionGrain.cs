using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Concurrency;
using Orleans.Storage;
using OrleansSeg.Customers.Partitions;
using OrleansSeg.Customers.Scoring;
using OrleansSeg.Customers.Storage;
using OrleansSeg.Events;
using OrleansSeg.Hosting;
using OrleansSeg.Placement;
using OrleansSeg.Segments;

namespace OrleansSeg.Customers;

/// <summary>One hash bucket of a site's customers. Registrations and assignments lie in <see cref="SegmentIndex"/>.</summary>
/// <remarks>Reentrant, because customers register themselves while the partition waits for their import.</remarks>
[GrainType("seg.partition"), Reentrant, SiteSilos, WithPartition]
internal sealed partial class PartitionGrain : IGrainBase, IPartitionGrain, IPartitionRegistryGrain, IRemindable, IDisposable
{
    private const int LookUpMax = 1_000;
    private const int PageMax = 10_000;
    private const int WriteAttemptsMax = 3;
    private const string SweepReminder = "sweep";

    private readonly IGrainFactory _grains;
    private readonly SiteDirectory _sites;
    private readonly PartitionOptions _options;
    private readonly CustomerInstruments _instruments;
    private readonly TimeProvider _time;
    private readonly ILogger<PartitionGrain> _logger;
    private readonly PartitionKey _key;
    private readonly SegmentIndex _index;
    private readonly PartitionSweep _sweep;
    private readonly bool _hasReminders;
    private readonly PartitionEnding _ending;
    private Task<SweepReceipt>? _sweeping;
    private Task<IGrainReminder>? _reminder;

    public PartitionGrain(
        IGrainContext context,
        IGrainFactory grains,
        [FromKeyedServices(CustomerStorage.ProviderName)] IGrainStorage storage,
        SiteDirectory sites,
        ModelWatch models,
        IOptions<PartitionOptions> options,
        IOptions<CustomerOptions> customers,
        CustomerInstruments instruments,
        SiloStopping stopping,
        TimeProvider time,
        IServiceProvider services,
        ILogger<PartitionGrain> logger)
    {
        GrainContext = context;
        (_grains, _sites, _options, _instruments, _time, _logger) = (grains, sites, options.Value, instruments, time, logger);
        _key = PartitionKey.Parse(context.GrainId.Key.ToString()!);
        _index = new SegmentIndex(new GrainRecords(storage, context.GrainId), _options, WriteAttemptsMax, instruments, Lost);
        _sweep = new PartitionSweep(_key, _index, grains, storage, models, _options, customers.Value, time, logger);
        _hasReminders = services.GetService<IReminderTable>() is not null;
        _ending = new PartitionEnding(_key, stopping);
    }

    /// <inheritdoc />
    public IGrainContext GrainContext { get; }

    /// <inheritdoc />
    public async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        var layout = await _sites.GetLayoutAsync(_key.Site, cancellationToken);
        if (_key.Number >= layout.PartitionCount)
        {
            throw new ArgumentException($"Site '{_key.Site}' has {layout.PartitionCount} partitions; there is no partition {_key.Number}.");
        }

        await _index.LoadAsync(cancellationToken);
        if (_options.SweepInterval > TimeSpan.Zero)
        {
            this.RegisterGrainTimer(SweepByTimerAsync, new GrainTimerCreationOptions(_options.SweepInterval, _options.SweepInterval) { Interleave = true });
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _ending.Dispose();
        _index.Dispose();
    }

    /// <inheritdoc />
    public async Task<ImmutableArray<SegmentAssignment>> LookUpManyAsync(ImmutableArray<string> customerIds, CancellationToken cancellationToken)
    {
        if (customerIds.Length > LookUpMax)
        {
            throw new ArgumentException($"One call looks up at most {LookUpMax} customers, not {customerIds.Length}.", nameof(customerIds));
        }

        var calls = new Task<SegmentAssignment>[customerIds.Length];
        for (var i = 0; i < calls.Length; i++)
        {
            calls[i] = _grains.GetGrain<ICustomerGrain>(await KeyOfAsync(customerIds[i])).LookUpAsync().AsTask();
        }

        return ImmutableCollectionsMarshal.AsImmutableArray(await Task.WhenAll(calls));
    }

    /// <inheritdoc />
    public async Task<ImportReceipt> ImportAsync(ImmutableArray<CustomerImport> customers, CancellationToken cancellationToken)
    {
        var keys = new string[customers.Length];
        for (var i = 0; i < keys.Length; i++)
        {
            keys[i] = await KeyOfAsync(customers[i].CustomerId);
        }

        // All registrations of the call share their writes; each customer asks again before its first acknowledgement, which costs no write.
        await Task.WhenAll(keys.Select(key => RegisterAsync(key, 0)));
        var receipts = await _ending.RunAsync(stop => ImportAsync(keys, customers, stop), cancellationToken);
        var refusals = receipts.SelectMany(receipt => receipt.Refused).ToList();
        return new ImportReceipt(
            keys.Length,
            receipts.Sum(receipt => (long)receipt.Added),
            receipts.Sum(receipt => (long)receipt.AlreadyKnown),
            refusals.GroupBy(refusal => refusal.Kind).ToImmutableDictionary(group => group.Key, group => (long)group.Count()),
            [.. refusals.Take(10)]);
    }

    /// <inheritdoc />
    public async Task<CustomersPage> GetCustomersAsync(string? pageToken, int limit, CancellationToken cancellationToken)
    {
        var (entries, next) = await PageAsync("customers", pageToken, limit, _ => true, cancellationToken);
        return new CustomersPage([.. entries.Select(entry => CustomerKey.Parse(entry.Customer).CustomerId)], next);
    }

    /// <inheritdoc />
    public async Task<MembersPage> GetMembersAsync(string segment, string? pageToken, int limit, CancellationToken cancellationToken)
    {
        var (entries, next) = await PageAsync($"members:{segment}", pageToken, limit, entry => entry.Segment == segment, cancellationToken);
        return new MembersPage(
            [.. entries.Select(entry => new SegmentMember(CustomerKey.Parse(entry.Customer).CustomerId, entry.Probability, entry.AssignedAt))], next);
    }

    /// <inheritdoc />
    public async Task<ImmutableDictionary<string, long>> GetSegmentSizesAsync(CancellationToken cancellationToken)
    {
        var sizes = new Dictionary<string, long>();
        await foreach (var entry in _index.ReadAsync(null).WithCancellation(cancellationToken))
        {
            sizes[entry.Segment] = sizes.GetValueOrDefault(entry.Segment) + 1;
        }

        return sizes.ToImmutableDictionary();
    }

    /// <inheritdoc />
    public async Task<SweepReceipt> SweepAsync(int limit, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        while (_sweeping is { IsCompleted: false } running)
        {
            await ((Task)running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        }

        var sweeping = _ending.RunAsync(stop => _sweep.RunAsync(limit, stop), cancellationToken);
        _sweeping = sweeping;
        var receipt = await sweeping;
        _instruments.Swept(receipt);
        return receipt;
    }

    /// <inheritdoc />
    public Task ReceiveReminder(string reminderName, TickStatus status) => SweepByTimerAsync(CancellationToken.None);

    private async Task<RecordReceipt[]> ImportAsync(string[] keys, ImmutableArray<CustomerImport> customers, CancellationToken cancellationToken)
    {
        var receipts = new RecordReceipt[keys.Length];
        await Parallel.ForAsync(0, keys.Length, _options.LimitsHere(cancellationToken), async (i, token) =>
        {
            receipts[i] = await _grains.GetGrain<ICustomerGrain>(keys[i]).ImportAsync(customers[i], token);
            if (receipts[i] is { Added: 0, AlreadyKnown: 0 })
            {
                // Nothing was stored, perhaps nothing ever: then the registration goes again.
                await _grains.GetGrain<ICustomerUpkeepGrain>(keys[i]).ReconcileAsync(token);
            }
        });
        return receipts;
    }

    private async Task<(List<IndexEntry> Entries, string? Next)> PageAsync(
        string kind, string? pageToken, int limit, Predicate<IndexEntry> which, CancellationToken cancellationToken)
    {
        if (limit is < 1 or > PageMax)
        {
            throw new ArgumentException($"Limit must be 1 to {PageMax}, is {limit}.", nameof(limit));
        }

        var scope = $"{_key.GrainKey}:{kind}";
        var entries = new List<IndexEntry>();
        await foreach (var entry in _index.ReadAsync(pageToken is null ? null : PageToken.DecodeText(scope, pageToken)).WithCancellation(cancellationToken))
        {
            if (!which(entry))
            {
                continue;
            }

            if (entries.Count == limit)
            {
                return (entries, PageToken.Encode(scope, entries[^1].Customer));
            }

            entries.Add(entry);
        }

        return (entries, null);
    }

    private async ValueTask<string> KeyOfAsync(string customerId)
    {
        var customer = CustomerKey.Create(_key.Site, customerId);
        var layout = await _sites.GetLayoutAsync(_key.Site);
        return customer.PartitionOf(layout.PartitionCount) == _key.Number
            ? customer.GrainKey
            : throw new ArgumentException($"Customer '{customerId}' belongs to partition {customer.PartitionOf(layout.PartitionCount)}, not {_key.Number}.", nameof(customerId));
    }

    private async Task SweepByTimerAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (_sweeping is null or { IsCompleted: true })
            {
                await SweepAsync(_options.SweepRescoredMax, cancellationToken);
            }
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            LogSweepFailed(_key.GrainKey, exception);
        }
    }

    private void Lost(Exception exception)
    {
        LogLost(_key.GrainKey, exception);
        GrainContext.Deactivate(LostStore.Reason);
        _ending.Begin();
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Partition {Partition} does not know what is stored: it is read anew by another activation.")]
    private partial void LogLost(string partition, Exception exception);

    [LoggerMessage(Level = LogLevel.Warning, Message = "A sweep of partition {Partition} failed; the next one tries again.")]
    private partial void LogSweepFailed(string partition, Exception exception);
}
