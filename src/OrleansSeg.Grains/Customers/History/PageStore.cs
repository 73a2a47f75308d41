using Orleans.Storage;
using OrleansSeg.Customers.Storage;

namespace OrleansSeg.Customers.History;

/// <summary>The sealed pages of one customer, each a record of its own.</summary>
internal sealed class PageStore(GrainRecords records)
{
    /// <summary>Reads a page that the state refers to.</summary>
    /// <exception cref="PageMissingException">It is not there: it was rewritten or erased after the state was read.</exception>
    public async Task<EventBlock> ReadAsync(int number, int epoch, CancellationToken cancellationToken = default)
    {
        var stored = await records.ReadAsync<PageRecord>(CustomerStorage.Page(number), cancellationToken);
        return stored.Value is { } page && page.Epoch == epoch
            ? EventBlock.Parse(page.Data)
            : throw new PageMissingException(number);
    }

    /// <summary>Stores a page under a number that no state refers to, or adopts the one that is there.</summary>
    /// <returns>What the page holds: the given events, or those of the page that was there.</returns>
    /// <remarks>
    /// A page found there was left by a write that failed after this step, so it holds only events that were durable in the hot page:
    /// adopting it loses nothing. One of an earlier epoch is what an erasure failed to remove: it is replaced.
    /// </remarks>
    public async Task<EventBlock> InsertAsync(int number, int epoch, EventBlock block)
    {
        var name = CustomerStorage.Page(number);
        var page = new PageRecord { Epoch = epoch, Data = block.Data };
        try
        {
            await records.WriteAsync(name, page, null);
            return block;
        }
        catch (Exception)
        {
            var stored = await records.ReadAsync<PageRecord>(name);
            if (stored.Value is { } found && found.Epoch >= epoch)
            {
                return found.Epoch == epoch ? EventBlock.Parse(found.Data) : throw OutOfDate(name);
            }

            await records.WriteAsync(name, page, stored.ETag);
            return block;
        }
    }

    /// <summary>Reads a directory record that the state refers to.</summary>
    /// <exception cref="PageMissingException">It is not there.</exception>
    public async Task<DirectoryRecord> ReadDirectoryAsync(int number, int epoch, CancellationToken cancellationToken = default)
    {
        var stored = await records.ReadAsync<DirectoryRecord>(CustomerStorage.Directory(number), cancellationToken);
        return stored.Value is { } directory && directory.Epoch == epoch ? directory : throw new PageMissingException(number);
    }

    /// <summary>Stores a directory record under a number that no state refers to, or adopts the same one that is there.</summary>
    /// <exception cref="InconsistentStateException">Another content is there: the state is out of date.</exception>
    public async Task InsertDirectoryAsync(int number, DirectoryRecord directory)
    {
        var name = CustomerStorage.Directory(number);
        try
        {
            await records.WriteAsync(name, directory, null);
        }
        catch (Exception)
        {
            var stored = await records.ReadAsync<DirectoryRecord>(name);
            if (stored.Value is not { } found || found.Epoch < directory.Epoch)
            {
                await records.WriteAsync(name, directory, stored.ETag);
            }
            else if (found.Epoch > directory.Epoch || !found.Pages.AsSpan().SequenceEqual(directory.Pages))
            {
                throw OutOfDate(name);
            }
        }
    }

    /// <summary>Removes a page; returns whether it was there.</summary>
    public Task<bool> RemoveAsync(int number) => records.RemoveAsync<PageRecord>(CustomerStorage.Page(number));

    /// <summary>Removes a directory record; returns whether it was there.</summary>
    public Task<bool> RemoveDirectoryAsync(int number) => records.RemoveAsync<DirectoryRecord>(CustomerStorage.Directory(number));

    private static InconsistentStateException OutOfDate(string name) =>
        new($"Record '{name}' belongs to a later version of the customer's state than the one in memory.");
}

/// <summary>A page that a state refers to is not in the store: the state is out of date, or the store has lost a record.</summary>
internal sealed class PageMissingException(int number)
    : InvalidOperationException($"History page or directory {number} is not in the store.");
