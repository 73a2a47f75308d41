using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Azure;
using Azure.Core.Pipeline;
using Azure.Data.Tables;
using Microsoft.Extensions.Logging;

namespace OrleansSeg.Persistence.AzureTables;

/// <summary>The table service, and the rules by which everything here asks it: bounded in time, repeated by rule, errors by meaning.</summary>
/// <remarks>
/// A conditional write that is sent again after a lost answer may find its own first attempt and be told that the ETag does not fit.
/// The layout has no column by which a row could be recognised as one's own, and equal content proves nothing (two writers may count to
/// the same number), so this is never guessed: it is contention, and its caller reads again.
/// </remarks>
public sealed partial class AzureTablesStore
{
    /// <summary>Most changes in one entity-group transaction, by the service's own limit.</summary>
    internal const int TransactionSizeMax = 100;

    /// <summary>Most rows in one page, by the service's own limit.</summary>
    internal const int PageSizeMax = 1_000;

    private const string CredentialSettings = "AzureTables settings ConnectionString, or ServiceUri and Credential";
    private static readonly TimeSpan OpenPause = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<string, TableClient> _opened = new(StringComparer.Ordinal);
    private readonly StorageOperations _operations;
    private readonly TimeProvider _time;
    private readonly ILogger<AzureTablesStore> _logger;

    /// <summary>Makes the store; nothing is asked yet.</summary>
    /// <param name="options">Where the service is.</param>
    /// <param name="time">Measures time-outs.</param>
    /// <param name="logger">Hears of a service that does not answer at start.</param>
    public AzureTablesStore(AzureTablesOptions options, TimeProvider time, ILogger<AzureTablesStore> logger)
        : this(options, time, logger, null)
    {
    }

    internal AzureTablesStore(AzureTablesOptions options, TimeProvider time, ILogger<AzureTablesStore> logger, HttpPipelineTransport? transport)
    {
        ArgumentNullException.ThrowIfNull(options);
        Options = options;
        _operations = new StorageOperations(options, time, CredentialSettings);
        _time = time;
        _logger = logger;
        Client = AzureClients.CreateTables(options, transport);
    }

    /// <summary>The settings of the cluster's tables.</summary>
    public AzureTablesOptions Options { get; }

    /// <summary>Host and port of the service.</summary>
    public string Address => $"{Client.Uri.Host}:{Client.Uri.Port}";

    /// <summary>Azure's client for the account.</summary>
    internal TableServiceClient Client { get; }

    /// <summary>Asks the service for nothing, to see whether it answers.</summary>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="StoreUnavailableException">It does not.</exception>
    /// <exception cref="StoreRefusedException">The credentials are refused, or the table of grain state is not there.</exception>
    public Task PingAsync(CancellationToken cancellationToken) => RunAsync(
        "ping", Options.GrainStateTable,
        token => FindAsync(Client.GetTableClient(Options.GrainStateTable), "ping", "ping", [nameof(TableEntity.RowKey)], token), cancellationToken);

    /// <summary>Creates the cluster's tables that are not there, without waiting for a service that does not answer.</summary>
    /// <returns>Whether there was one to create.</returns>
    /// <exception cref="StoreUnavailableException">The service does not answer.</exception>
    /// <exception cref="StoreRefusedException">It refused.</exception>
    public async Task<bool> CreateTablesAsync(CancellationToken cancellationToken)
    {
        var created = false;
        foreach (var name in new[] { Options.GrainStateTable, Options.MembershipTable, Options.ReminderTable })
        {
            created |= await TryCreateAsync(Client.GetTableClient(name), cancellationToken).ConfigureAwait(false);
        }

        return created;
    }

    /// <summary>The table, created when it is not there yet. Later calls for it cost nothing.</summary>
    /// <remarks>Waits for a service that does not answer, up to <see cref="AzureConnectionOptions.StartWaitMax"/>.</remarks>
    /// <exception cref="StoreUnavailableException">It did not answer in that time.</exception>
    /// <exception cref="StoreRefusedException">It refused.</exception>
    internal async ValueTask<TableClient> OpenAsync(string name, CancellationToken cancellationToken)
    {
        if (_opened.TryGetValue(name, out var opened))
        {
            return opened;
        }

        var table = await CreateAsync(name, cancellationToken).ConfigureAwait(false);
        _opened[name] = table;
        return table;
    }

    /// <summary>Runs one operation on a table.</summary>
    /// <param name="operation">What it is, such as <c>write</c>: its name in the meter and in messages.</param>
    /// <param name="table">The table's name.</param>
    /// <param name="run">Does it.</param>
    /// <param name="cancellationToken">The caller's.</param>
    /// <exception cref="RequestFailedException">Contention: <see cref="StorageErrors.IsContention"/>.</exception>
    /// <exception cref="StoreUnavailableException">Time or repetitions are used up.</exception>
    /// <exception cref="StoreRefusedException">The service refused.</exception>
    internal Task<TResult> RunAsync<TResult>(
        string operation, string table, Func<CancellationToken, Task<TResult>> run, CancellationToken cancellationToken) =>
        _operations.RunAsync(operation, $"{operation} in table {table}", run, cancellationToken);

    /// <summary>A row, or null when the table has none of that key.</summary>
    internal static async Task<TableEntity?> FindAsync(
        TableClient table, string partitionKey, string rowKey, string[]? columns, CancellationToken cancellationToken)
    {
        var found = await table.GetEntityIfExistsAsync<TableEntity>(partitionKey, rowKey, columns, cancellationToken).ConfigureAwait(false);
        if (found.HasValue)
        {
            return found.Value;
        }

        // Azure's client does not tell a row that is missing from a table that is; the latter must not look like a new customer.
        var failure = new RequestFailedException(found.GetRawResponse());
        return failure.ErrorCode == StorageErrors.TableNotFound ? throw failure : null;
    }

    /// <summary>Deletes a row; one that is not there is contention, which Azure's client passes over in silence.</summary>
    internal static async Task<Response> DeleteAsync(
        TableClient table, string partitionKey, string rowKey, ETag etag, CancellationToken cancellationToken)
    {
        var response = await table.DeleteEntityAsync(partitionKey, rowKey, etag, cancellationToken).ConfigureAwait(false);
        return response.Status == 404 ? throw new RequestFailedException(response) : response;
    }

    /// <summary>A query's rows, page by page; each page is one operation.</summary>
    internal async IAsyncEnumerable<Page<TableEntity>> QueryAsync(
        TableClient table,
        string filter,
        int pageSize,
        IEnumerable<string>? columns,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string? continuation = null;
        do
        {
            var page = await RunAsync("query", table.Name, async token =>
            {
                var pages = table.QueryAsync<TableEntity>(filter, pageSize, columns, token).AsPages(continuation);
                await foreach (var first in pages.ConfigureAwait(false))
                {
                    return first;
                }

                return null;
            }, cancellationToken).ConfigureAwait(false);
            if (page is null)
            {
                yield break;
            }

            yield return page;
            continuation = page.ContinuationToken;
        }
        while (!string.IsNullOrEmpty(continuation));
    }

    /// <summary>All rows of a query, and in how many pages they came. Cost: all of them in memory.</summary>
    internal async Task<(int Pages, List<TableEntity> Rows)> ReadAllAsync(TableClient table, string filter, CancellationToken cancellationToken)
    {
        var (pages, rows) = (0, new List<TableEntity>());
        await foreach (var page in QueryAsync(table, filter, PageSizeMax, null, cancellationToken).ConfigureAwait(false))
        {
            pages++;
            rows.AddRange(page.Values);
        }

        return (pages, rows);
    }

    private async Task<TableClient> CreateAsync(string name, CancellationToken cancellationToken)
    {
        var table = Client.GetTableClient(name);
        var started = _time.GetTimestamp();
        while (true)
        {
            try
            {
                await TryCreateAsync(table, cancellationToken).ConfigureAwait(false);
                return table;
            }
            catch (Exception exception) when (
                exception is StoreUnavailableException or RequestFailedException { Status: 409 }
                && _time.GetElapsedTime(started) < Options.StartWaitMax)
            {
                // A table that is being deleted answers 409 until it is gone.
                var reason = exception is StoreUnavailableException ? exception.Message : "It is being deleted.";
                var pause = Task.Delay(OpenPause, _time, cancellationToken);
                LogWaiting(name, Client.Uri.Host, Client.Uri.Port, reason);
                await pause.ConfigureAwait(false);
            }
        }
    }

    private Task<bool> TryCreateAsync(TableClient table, CancellationToken cancellationToken) => RunAsync(
        "creation",
        table.Name,
        async token => (await table.CreateIfNotExistsAsync(token).ConfigureAwait(false)).GetRawResponse().Status != 409,
        cancellationToken);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Table {Table} at {Host}:{Port} cannot be opened yet. {Reason} Trying again.")]
    private partial void LogWaiting(string table, string host, int port, string reason);
}
