using OrleansSeg.Events;

namespace OrleansSeg.Customers.History;

/// <summary>Finds events of sealed pages by id, so that an id counts once however old its event is.</summary>
/// <remarks>
/// A 32-bit hash of every sealed id is held once the first look-up has read them (4 bytes an event; directory records keep them, younger
/// pages are read). Only a page with a matching hash is read. A repeat is therefore found even when it claims another timestamp, which a
/// search by time range would miss; it is then a conflict.
/// </remarks>
internal sealed class SealedIds(PageStore pages)
{
    private readonly Dictionary<int, uint[]> _hashesByPage = [];
    private readonly HashSet<int> _directoriesRead = [];
    private PageEntry[]? _pagesRead;
    private (int Number, EventBlock Block)? _lastRead;

    /// <summary>The event with this id, or null.</summary>
    public async ValueTask<BehaviourEvent?> FindAsync(CustomerState state, string eventId)
    {
        await LoadAsync(state);
        var hash = EventBlock.HashOf(eventId);
        foreach (var (number, hashes) in _hashesByPage)
        {
            if (Array.BinarySearch(hashes, hash) < 0)
            {
                continue;
            }

            var block = await ReadAsync(number, state.Epoch);
            if (block.IndexOf(eventId) is >= 0 and var index)
            {
                return block[index];
            }
        }

        return null;
    }

    /// <summary>Id hashes of some pages of the state, sorted within each page, page after page.</summary>
    public async Task<uint[]> CollectAsync(CustomerState state, IEnumerable<PageEntry> entries)
    {
        await LoadAsync(state);
        return [.. entries.SelectMany(e => _hashesByPage[e.Number])];
    }

    /// <summary>Notes a page that was just sealed.</summary>
    public void Add(int number, EventBlock block) => _hashesByPage[number] = block.SortedIdHashes();

    /// <summary>Forgets everything: the pages have changed.</summary>
    public void Reset()
    {
        _hashesByPage.Clear();
        _directoriesRead.Clear();
        _pagesRead = null;
        _lastRead = null;
    }

    private async ValueTask LoadAsync(CustomerState state)
    {
        // Versions that differ in something else share this array.
        if (ReferenceEquals(state.Pages, _pagesRead))
        {
            return;
        }

        foreach (var directory in state.Directories.Where(d => !_directoriesRead.Contains(d.Number)))
        {
            var record = await pages.ReadDirectoryAsync(directory.Number, state.Epoch);
            var start = 0;
            foreach (var page in record.Pages)
            {
                _hashesByPage[page.Number] = record.IdHashes[start..(start + page.Count)];
                start += page.Count;
            }

            _directoriesRead.Add(directory.Number);
        }

        foreach (var page in state.Pages.Where(p => !_hashesByPage.ContainsKey(p.Number)))
        {
            Add(page.Number, await pages.ReadAsync(page.Number, state.Epoch));
        }

        _pagesRead = state.Pages;
    }

    private async Task<EventBlock> ReadAsync(int number, int epoch)
    {
        if (_lastRead is { } last && last.Number == number)
        {
            return last.Block;
        }

        var block = await pages.ReadAsync(number, epoch);
        _lastRead = (number, block);
        return block;
    }
}
