using System.Threading.Channels;
using Microsoft.Data.Sqlite;

namespace OrleansSeg.Persistence.Sqlite;

/// <summary>The only writer: takes every write that waits and commits them together.</summary>
/// <remarks>
/// One fsync serves the whole group, so throughput grows with load while each caller still waits for its own commit.
/// A write that finds another etag does not disturb the others; a failed commit fails its whole group and the writer goes on.
/// </remarks>
internal sealed class SqliteWriter : IAsyncDisposable
{
    private readonly Channel<PendingWrite> _queue;
    private readonly SqliteConnection _connection;
    private readonly SqliteStatements _statements;
    private readonly int _groupSizeMax;
    private readonly Task _loop;

    public SqliteWriter(SqliteConnection connection, SqliteStoreOptions options)
    {
        _connection = connection;
        _statements = new SqliteStatements(connection);
        _groupSizeMax = options.GroupSizeMax;
        _queue = Channel.CreateBounded<PendingWrite>(new BoundedChannelOptions(options.QueueLengthMax)
        {
            SingleReader = true,
            FullMode = BoundedChannelFullMode.Wait,
        });
        _loop = Task.Factory.StartNew(RunAsync, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).Unwrap();
    }

    public async Task<TResult> EnqueueAsync<TResult>(Func<SqliteStatements, TResult> write, CancellationToken cancellationToken)
    {
        var pending = new PendingWrite<TResult>(write);
        try
        {
            await _queue.Writer.WriteAsync(pending, cancellationToken).ConfigureAwait(false);
        }
        catch (ChannelClosedException exception)
        {
            throw new StoreUnavailableException("The store is closed.", exception);
        }

        return await pending.Result.ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        _queue.Writer.TryComplete();
        await _loop.ConfigureAwait(false);
        _statements.Dispose();
        await _connection.DisposeAsync().ConfigureAwait(false);
    }

    private async Task RunAsync()
    {
        var group = new List<PendingWrite>(_groupSizeMax);
        while (await _queue.Reader.WaitToReadAsync().ConfigureAwait(false))
        {
            while (group.Count < _groupSizeMax && _queue.Reader.TryRead(out var pending))
            {
                group.Add(pending);
            }

            Commit(group);
            group.Clear();
        }
    }

    private void Commit(List<PendingWrite> group)
    {
        SqliteInstruments.RecordGroup(group.Count);
        try
        {
            _statements.Begin();
            foreach (var pending in group)
            {
                pending.Execute(_statements);
            }

            _statements.Commit();
        }
        catch (Exception exception)
        {
            _statements.RollBackQuietly();
            var failure = new StoreUnavailableException(
                $"The store could not commit a group of {group.Count} writes: {exception.Message}", exception);
            group.ForEach(pending => pending.Fail(failure));
            return;
        }

        group.ForEach(pending => pending.Acknowledge());
    }
}
