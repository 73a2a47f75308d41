using Azure.Data.Tables;
using CsCheck;
using Orleans.Storage;
using OrleansSeg.Persistence.Conformance;

namespace OrleansSeg.Persistence.AzureTables.Tests;

/// <summary>A table of several pages is read as it was at one instant, or again.</summary>
[Collection(AzuriteTests.Name)]
public sealed class SnapshotTests(AzuriteFixture azurite)
{
    private const int TornReadsMax = 5;
    private readonly FaultyHandler _faults = new();

    /// <summary>
    /// Changes are committed between the pages of a query. Whatever is accepted as a snapshot must be one of the states that the table
    /// really had.
    /// </summary>
    [Fact]
    public void PagesReadWhileOthersWrite_AreAcceptedOnlyWhenTheyAreOneState() =>
        Gen.Select(Gen.Int[1, 6], Gen.Int[0, 3].Array[0, 12]).Sample((pageSize, changesBetweenPages) =>
        {
            var table = new SortedDictionary<string, TableEntity>(StringComparer.Ordinal);
            var history = new List<string>();
            var version = 0;
            Commit(table, ref version, history);
            for (var i = 0; i < 5; i++)
            {
                Commit(table, ref version, history);
            }

            var (read, pages, from) = (new List<TableEntity>(), 0, "");
            while (true)
            {
                var page = table.Where(row => string.CompareOrdinal(row.Key, from) > 0).Take(pageSize).Select(row => row.Value).ToList();
                read.AddRange(page);
                pages++;
                if (page.Count < pageSize)
                {
                    break;
                }

                from = page[^1].RowKey;
                for (var change = changesBetweenPages.ElementAtOrDefault(pages - 1); change > 0; change--)
                {
                    Commit(table, ref version, history);
                }
            }

            return !VersionRows.IsSnapshot(pages, read) || history.Contains(Print(read));
        }, iter: 2_000);

    [SkippableFact]
    public async Task SeveralPages_WithAChangeBetweenThem_AreReadAgain()
    {
        var (table, other) = await ManySilosAsync();
        _faults.Plan(Fault.None, Fault.After(() => InsertAsync(other, 1)));
        var all = await table.ReadAllAsync(default);
        Assert.Equal((1, 1_101), (all.Version.Version, all.Members.Count));
        Assert.Equal(4, _faults.Count);
    }

    [SkippableFact]
    public async Task SeveralPages_ThatChangeEveryTime_AreAnInconsistency()
    {
        var (table, other) = await ManySilosAsync();
        _faults.Plan([.. Enumerable.Range(1, TornReadsMax).SelectMany(number => new[] { Fault.None, Fault.After(() => InsertAsync(other, number)) })]);
        await Assert.ThrowsAsync<InconsistentStateException>(() => table.ReadAllAsync(default));
        Assert.Equal(2 * TornReadsMax, _faults.Count);
    }

    private static async Task InsertAsync(AzureTablesMembershipTable table, int number)
    {
        var version = (await table.ReadRowAsync(Silos.Entry(number).SiloAddress, default)).Version;
        Assert.True(await table.InsertRowAsync(Silos.Entry(number), version.Next(), default));
    }

    private static void Commit(SortedDictionary<string, TableEntity> table, ref int version, List<string> history)
    {
        version++;
        var silo = new TableEntity("c", $"10.0.0.{(version * 5) % 9}-1-1") { ["Changed"] = version };
        foreach (var row in VersionRows.WriteFences("c", version).Append(VersionRows.WriteVersion("c", version)).Append(silo))
        {
            table[row.RowKey] = row;
        }

        history.Add(Print(table.Values));
    }

    private static string Print(IEnumerable<TableEntity> rows) => string.Join(
        ' ', rows.Select(row => $"{row.RowKey}={(row.TryGetValue("Changed", out var changed) ? changed : row["MembershipVersion"])}"));

    private async Task<(AzureTablesMembershipTable Table, AzureTablesMembershipTable Other)> ManySilosAsync()
    {
        var cluster = new TestCluster(azurite, handler: _faults);
        var table = await cluster.NewMembershipAsync();
        var rows = Enumerable.Range(0, 1_100).Select(number =>
        {
            var row = SiloRow.Write(cluster.ClusterId, Silos.Entry(200));
            row.RowKey = $"10.1.0.0-{number}-1";
            return new TableTransactionAction(TableTransactionActionType.Add, row);
        });
        foreach (var batch in rows.Chunk(100))
        {
            await cluster.SiloTable.SubmitTransactionAsync(batch);
        }

        var direct = cluster.WithoutFaults(azurite);
        return (table, await direct.NewMembershipAsync());
    }
}
