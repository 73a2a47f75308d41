using OrleansSeg.Model.Features;

namespace OrleansSeg.Customers.History;

/// <summary>Makes the history of one version anew without the events that a rule drops.</summary>
internal sealed class HistoryRewrite(CustomerState state, RetentionRule rule, PageStore pages)
{
    private readonly List<int> _oldPages = [];
    private readonly List<int> _oldDirectories = [];
    private readonly LifetimeAggregates _aggregates = new();
    private Numbers _numbers;

    /// <summary>Events dropped from sealed pages by <see cref="RunAsync"/>.</summary>
    public int Dropped { get; private set; }

    /// <summary>How many records the rewrite inserts. Cost: reads the pages that reach back before the rule's latest watermark.</summary>
    public async Task<Numbers> CountAsync()
    {
        var needed = default(Numbers);
        foreach (var directory in state.Directories.Where(d => IsOld(d.MinTicks)))
        {
            var record = await pages.ReadDirectoryAsync(directory.Number, state.Epoch);
            var (rewritten, removed) = await CountAsync(record.Pages);
            needed = needed.Plus(rewritten, rewritten + removed > 0 && removed < record.Pages.Length ? 1 : 0, removed);
        }

        var (hotter, gone) = await CountAsync(state.Pages);
        return needed.Plus(hotter, 0, gone);
    }

    /// <summary>Inserts what is new, and gives the version that refers to it. Cost: reads every page.</summary>
    /// <param name="next">The version to build on; its history is the one of this object.</param>
    /// <param name="hot">Its hot page, without what is dropped.</param>
    /// <param name="numbers">Numbers reserved for the new records, at least as many as <see cref="CountAsync()"/> says.</param>
    public async Task<CustomerState> RunAsync(CustomerState next, EventBlock hot, Numbers numbers)
    {
        _numbers = numbers;
        var directories = new List<DirectoryEntry>();
        foreach (var directory in state.Directories)
        {
            if (await RewriteAsync(directory) is { } kept)
            {
                directories.Add(kept);
            }
        }

        var entries = (await RewriteAsync(state.Pages)).Select(page => page.Entry).ToArray();
        Add(hot);
        var left = numbers.ToLeftovers().Without(new PageLeftovers(
            [.. Enumerable.Range(numbers.FirstPage, _numbers.FirstPage - numbers.FirstPage)],
            [.. Enumerable.Range(numbers.FirstDirectory, _numbers.FirstDirectory - numbers.FirstDirectory)]));
        var used = state.Leftovers?.Without(numbers.ToLeftovers());
        var old = PageLeftovers.Join(PageLeftovers.Join(used, left ?? new PageLeftovers([], [])), new PageLeftovers([.. _oldPages], [.. _oldDirectories]));
        return next with
        {
            Pages = entries,
            Directories = [.. directories],
            Aggregates = _aggregates.ToBytes(),
            Leftovers = old.Pages.Length + old.Directories.Length == 0 ? null : old,
        };
    }

    private async Task<(int Rewritten, int Removed)> CountAsync(PageEntry[] entries)
    {
        var (rewritten, removed) = (0, 0);
        foreach (var entry in entries.Where(e => IsOld(e.MinTicks)))
        {
            var block = await pages.ReadAsync(entry.Number, state.Epoch);
            var kept = Keep(block).Count;
            rewritten += kept > 0 && kept < block.Count ? 1 : 0;
            removed += kept == 0 ? 1 : 0;
        }

        return (rewritten, removed);
    }

    private async Task<DirectoryEntry?> RewriteAsync(DirectoryEntry directory)
    {
        var record = await pages.ReadDirectoryAsync(directory.Number, state.Epoch);
        var kept = await RewriteAsync(record.Pages);
        if (kept.Count == record.Pages.Length && kept.Select(page => page.Entry).SequenceEqual(record.Pages))
        {
            return directory;
        }

        _oldDirectories.Add(directory.Number);
        if (kept.Count == 0)
        {
            return null;
        }

        var number = _numbers.FirstDirectory;
        _numbers = _numbers with { FirstDirectory = number + 1 };
        PageEntry[] entries = [.. kept.Select(page => page.Entry)];
        var rewritten = new DirectoryRecord { Epoch = state.Epoch, Pages = entries, IdHashes = [.. kept.SelectMany(page => page.Hashes)] };
        await pages.InsertDirectoryAsync(number, rewritten);
        return DirectoryEntry.Of(number, entries);
    }

    private async Task<List<(PageEntry Entry, uint[] Hashes)>> RewriteAsync(PageEntry[] entries)
    {
        var rewritten = new List<(PageEntry Entry, uint[] Hashes)>();
        foreach (var entry in entries)
        {
            var block = await pages.ReadAsync(entry.Number, state.Epoch);
            var kept = IsOld(entry.MinTicks) ? Keep(block) : block;
            Add(kept);
            if (ReferenceEquals(kept, block))
            {
                rewritten.Add((entry, kept.SortedIdHashes()));
                continue;
            }

            Dropped += block.Count - kept.Count;
            _oldPages.Add(entry.Number);
            if (kept.Count > 0)
            {
                var number = _numbers.FirstPage;
                _numbers = _numbers with { FirstPage = number + 1 };
                rewritten.Add((PageEntry.Of(number, await pages.InsertAsync(number, state.Epoch, kept)), kept.SortedIdHashes()));
            }
        }

        return rewritten;
    }

    private bool IsOld(long ticks) => rule.Latest is { } latest && ticks < latest.UtcTicks;

    private EventBlock Keep(EventBlock block) => block.Without(i => rule.Drops(block.TypeAt(i), block.TicksAt(i)));

    private void Add(EventBlock block)
    {
        for (var i = 0; i < block.Count; i++)
        {
            _aggregates.Add(block[i]);
        }
    }

    /// <summary>Numbers for new records.</summary>
    /// <param name="FirstPage">First page number.</param>
    /// <param name="PageCount">How many.</param>
    /// <param name="FirstDirectory">First directory number.</param>
    /// <param name="DirectoryCount">How many.</param>
    /// <param name="WholePages">Pages that go as a whole and need no number.</param>
    internal readonly record struct Numbers(int FirstPage, int PageCount, int FirstDirectory, int DirectoryCount, int WholePages)
    {
        /// <summary>With more records.</summary>
        public Numbers Plus(int morePages, int moreDirectories, int moreWhole) => this with
        {
            PageCount = PageCount + morePages, DirectoryCount = DirectoryCount + moreDirectories, WholePages = WholePages + moreWhole,
        };

        /// <summary>As records to remove.</summary>
        public PageLeftovers ToLeftovers() =>
            new([.. Enumerable.Range(FirstPage, PageCount)], [.. Enumerable.Range(FirstDirectory, DirectoryCount)]);
    }
}
