using System.Net;
using Azure.Data.Tables;
using Microsoft.Extensions.Logging;
using Orleans.Runtime;
using OrleansSeg.Persistence.Conformance;

namespace OrleansSeg.Persistence.AzureTables.Tests;

/// <summary>The rows of membership, column by column, as Orleans' Azure package writes and reads them.</summary>
[Collection(AzuriteTests.Name)]
public sealed class MembershipLayoutTests(AzuriteFixture azurite)
{
    private static readonly string[] SystemColumns = ["odata.etag", "PartitionKey", "RowKey", "Timestamp"];

    [SkippableFact]
    public async Task NewCluster_HasAVersionRow_AndTwoFencesThatClaimToBeActive()
    {
        var cluster = new TestCluster(azurite);
        await cluster.NewMembershipAsync();
        Assert.Equal("OrleansSiloInstances", cluster.SiloTable.Name);
        var rows = await RowsAsync(cluster);
        Assert.Equal(["!Start", "VersionRow", "~End"], rows.Select(row => row.RowKey));
        Assert.Equal(Columns(("DeploymentId", cluster.ClusterId), ("MembershipVersion", "0")), ColumnsOf(rows[1]));
        var fence = Columns(("DeploymentId", cluster.ClusterId), ("MembershipVersion", "0"), ("Status", "Active"));
        Assert.Equal(fence, ColumnsOf(rows[0]));
        Assert.Equal(fence, ColumnsOf(rows[2]));
    }

    [SkippableFact]
    public async Task Silo_IsARowOfTextColumns_AndAdvancesAllThreeVersionRows()
    {
        var cluster = new TestCluster(azurite);
        var table = await cluster.NewMembershipAsync();
        var entry = Silos.Entry(1);
        entry.UpdateZone = 3;
        entry.AddSuspector(Silos.Entry(2).SiloAddress, Silos.Start.AddSeconds(1));
        entry.AddSuspector(Silos.Entry(3).SiloAddress, Silos.Start.AddSeconds(2));
        await table.InsertRowAsync(entry, (await table.ReadAllAsync(default)).Version.Next(), default);

        var rows = await RowsAsync(cluster);
        Assert.Equal(["!Start", "10.0.0.1-11111-400000001", "VersionRow", "~End"], rows.Select(row => row.RowKey));
        Assert.All(rows.Where(row => row.ContainsKey("MembershipVersion")), row => Assert.Equal("1", row["MembershipVersion"]));
        Assert.Equal(
            Columns(
                ("DeploymentId", cluster.ClusterId),
                ("Address", "10.0.0.1"),
                ("Port", "11111"),
                ("Generation", "400000001"),
                ("HostName", "host1"),
                ("Status", "Active"),
                ("ProxyPort", "30001"),
                ("RoleName", "storefront"),
                ("SiloName", "silo1"),
                ("InstanceName", "silo1"),
                ("UpdateZone", "3"),
                ("FaultZone", "0"),
                ("SuspectingSilos", "10.0.0.2:11111@400000002|10.0.0.3:11111@400000003"),
                ("SuspectingTimes", "2026-03-01 12:00:01.125 GMT|2026-03-01 12:00:02.125 GMT"),
                ("StartTime", "2026-03-01 12:00:00.125 GMT"),
                ("IAmAliveTime", "2026-03-01 12:00:01.125 GMT")),
            ColumnsOf(rows[1]));
    }

    [SkippableFact]
    public async Task Suspicions_OfNobody_AreEmptyColumns()
    {
        var cluster = new TestCluster(azurite);
        var table = await cluster.NewMembershipAsync();
        await table.InsertRowAsync(Silos.Entry(1), (await table.ReadAllAsync(default)).Version.Next(), default);
        var row = (await RowsAsync(cluster))[1];
        Assert.Equal(("", ""), (row["SuspectingSilos"], row["SuspectingTimes"]));
    }

    [SkippableFact]
    public async Task AliveSilo_RewritesTwoColumnsOnly()
    {
        var cluster = new TestCluster(azurite);
        var table = await cluster.NewMembershipAsync();
        await table.InsertRowAsync(Silos.Entry(1), (await table.ReadAllAsync(default)).Version.Next(), default);
        var before = (await RowsAsync(cluster))[1];
        await table.UpdateIAmAliveAsync(
            new MembershipEntry { SiloAddress = Silos.Entry(1).SiloAddress, IAmAliveTime = Silos.Start.AddHours(1), Status = SiloStatus.Dead }, default);
        var after = (await RowsAsync(cluster))[1];
        Assert.Equal("2026-03-01 13:00:00.125 GMT", after["IAmAliveTime"]);
        before["IAmAliveTime"] = after["IAmAliveTime"];
        Assert.Equal(ColumnsOf(before), ColumnsOf(after));
    }

    [SkippableFact]
    public async Task ClusterOfAnOlderPackage_WithoutFences_IsRead_AndGetsThemWithTheFirstChange()
    {
        var cluster = new TestCluster(azurite);
        await WriteLegacyAsync(cluster, version: 7, silos: 2);
        var table = await cluster.NewMembershipAsync();
        var all = await table.ReadAllAsync(default);
        Assert.Equal((7, 2), (all.Version.Version, all.Members.Count));
        Assert.Equal(3, (await RowsAsync(cluster)).Count);

        Assert.True(await table.InsertRowAsync(Silos.Entry(3), all.Version.Next(), default));
        var versions = (await RowsAsync(cluster)).Where(row => row.ContainsKey("MembershipVersion")).ToList();
        Assert.Equal(["!Start", "VersionRow", "~End"], versions.Select(row => row.RowKey));
        Assert.All(versions, row => Assert.Equal("8", row["MembershipVersion"]));
    }

    [SkippableFact]
    public async Task SiloOfAnOlderPackage_WithANameInTheOldColumn_AndNoZones_IsRead()
    {
        var cluster = new TestCluster(azurite);
        var table = await cluster.NewMembershipAsync();
        await cluster.SiloTable.AddEntityAsync(new TableEntity(cluster.ClusterId, "10.0.0.1-11111-5")
        {
            ["DeploymentId"] = cluster.ClusterId,
            ["Address"] = "10.0.0.1",
            ["Port"] = "11111",
            ["Generation"] = "5",
            ["HostName"] = "host1",
            ["Status"] = "ShuttingDown",
            ["InstanceName"] = "old-name",
        });
        var (entry, _) = Assert.Single((await table.ReadAllAsync(default)).Members);
        Assert.Equal(SiloAddress.New(IPAddress.Parse("10.0.0.1"), 11_111, 5), entry.SiloAddress);
        Assert.Equal(("old-name", SiloStatus.ShuttingDown, 0, 0), (entry.SiloName, entry.Status, entry.ProxyPort, entry.UpdateZone));
    }

    [SkippableFact]
    public async Task RowThatCannotBeRead_IsPassedOver_AndLogged()
    {
        using var logs = new RecordedLogs();
        using var loggers = new LoggerFactory([logs]);
        var cluster = new TestCluster(azurite, loggers: loggers);
        var table = await cluster.NewMembershipAsync();
        await table.InsertRowAsync(Silos.Entry(1), (await table.ReadAllAsync(default)).Version.Next(), default);
        foreach (var (key, column, value) in new[] { ("a", "Status", "Asleep"), ("b", "Address", "nowhere"), ("c", "SuspectingTimes", "yesterday") })
        {
            var row = SiloRow.Write(cluster.ClusterId, Silos.Entry(9));
            (row.RowKey, row[column]) = (key, value);
            await cluster.SiloTable.AddEntityAsync(row);
        }

        Assert.Single((await table.ReadAllAsync(default)).Members);
        Assert.Equal(3, logs.Lines.Count(line => line.Level == LogLevel.Error));
        
        // A gateway needs an address and no more.
        Assert.Equal(2, (await cluster.NewGateways().GetGatewaysAsync(default)).Count);
    }

    [SkippableFact]
    public async Task Silo_WithAnIPv6Address_SortsBehindTheVersion_AndReadsBack()
    {
        var cluster = new TestCluster(azurite);
        var table = await cluster.NewMembershipAsync();
        var entry = Silos.Entry(1);
        entry.SiloAddress = SiloAddress.New(IPAddress.Parse("fe80::1"), 11_111, 5);
        await table.InsertRowAsync(entry, (await table.ReadAllAsync(default)).Version.Next(), default);
        Assert.Equal("fe80::1-11111-5", (await RowsAsync(cluster))[2].RowKey);
        Assert.Equal(entry.SiloAddress, Assert.Single((await table.ReadRowAsync(entry.SiloAddress, default)).Members).Item1.SiloAddress);
    }

    [SkippableFact]
    public async Task Gateways_BeforeAnySiloMadeTheTable_AreNone()
    {
        var cluster = new TestCluster(azurite, options => options.MembershipTable = $"t{Guid.NewGuid():N}");
        Assert.Empty(await cluster.NewGateways().GetGatewaysAsync(default));
    }

    private static async Task WriteLegacyAsync(TestCluster cluster, int version, int silos)
    {
        await cluster.SiloTable.CreateIfNotExistsAsync();
        await cluster.SiloTable.AddEntityAsync(new TableEntity(cluster.ClusterId, "VersionRow")
        {
            ["DeploymentId"] = cluster.ClusterId,
            ["MembershipVersion"] = $"{version}",
        });
        for (var number = 1; number <= silos; number++)
        {
            await cluster.SiloTable.AddEntityAsync(SiloRow.Write(cluster.ClusterId, Silos.Entry(number)));
        }
    }

    private static async Task<List<TableEntity>> RowsAsync(TestCluster cluster) =>
        await cluster.SiloTable.QueryAsync<TableEntity>(TableClient.CreateQueryFilter($"PartitionKey eq {cluster.ClusterId}"))
            .OrderBy(row => row.RowKey, StringComparer.Ordinal).ToListAsync();

    private static SortedDictionary<string, object?> Columns(params (string Name, string Value)[] columns) =>
        new(columns.ToDictionary(column => column.Name, object? (column) => column.Value), StringComparer.Ordinal);

    private static SortedDictionary<string, object?> ColumnsOf(TableEntity row) =>
        new(row.Where(column => !SystemColumns.Contains(column.Key)).ToDictionary(), StringComparer.Ordinal);
}
