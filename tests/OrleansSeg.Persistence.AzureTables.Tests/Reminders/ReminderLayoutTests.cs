using Azure.Data.Tables;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Runtime;

namespace OrleansSeg.Persistence.AzureTables.Tests;

/// <summary>The rows of reminders, column by column, as Orleans' Azure package writes and reads them.</summary>
[Collection(AzuriteTests.Name)]
public sealed class ReminderLayoutTests(AzuriteFixture azurite)
{
    private static readonly string[] SystemColumns = ["odata.etag", "PartitionKey", "RowKey", "Timestamp"];
    private static readonly GrainId Grain = GrainId.Create("seg.partition", "shop:7");

    [SkippableFact]
    public async Task Reminder_IsARowOfTextColumns()
    {
        var cluster = new TestCluster(azurite);
        await cluster.NewReminders().UpsertRow(Entry(Grain, "sweep/all"));

        Assert.Equal("OrleansReminders", cluster.ReminderTable.Name);
        var hash = Grain.GetUniformHashCode().ToString("X8");
        TableEntity row = await cluster.ReminderTable.GetEntityAsync<TableEntity>($"{cluster.ServiceId}_{hash}", "seg.partition_shop:7-sweep_all");
        Assert.Equal(
            new SortedDictionary<string, object?>
            {
                ["GrainReference"] = "seg.partition/shop:7",
                ["ReminderName"] = "sweep/all",
                ["ServiceId"] = cluster.ServiceId,
                ["DeploymentId"] = cluster.ClusterId,
                ["StartAt"] = "2026-03-01 12:00:00.000 GMT",
                ["Period"] = "1.02:03:04",
                ["GrainRefConsistentHash"] = hash,
            },
            new SortedDictionary<string, object?>(row.Where(column => !SystemColumns.Contains(column.Key)).ToDictionary()));
    }

    [SkippableFact]
    public async Task HashesThatBeginWithZeros_KeepThem_SoThatTextSortsAsNumbers()
    {
        var small = Enumerable.Range(0, 100_000).Select(i => GrainId.Create("seg.test", $"{i}")).First(grain => grain.GetUniformHashCode() < 0x0010_0000);
        var cluster = new TestCluster(azurite);
        await cluster.NewReminders().UpsertRow(Entry(small, "sweep"));
        Assert.Single((await cluster.NewReminders().ReadRows(0, 0x0010_0000)).Reminders);
        Assert.Empty((await cluster.NewReminders().ReadRows(0x0010_0000, 0)).Reminders);
    }

    [SkippableFact]
    public async Task Row_WrittenByThePackage_IsRead_AndRemoved()
    {
        var cluster = new TestCluster(azurite);
        var reminders = cluster.NewReminders();
        await reminders.StartAsync(default);
        await cluster.ReminderTable.AddEntityAsync(Row(cluster, "theirs"));
        var read = await reminders.ReadRow(Grain, "theirs");
        Assert.Equal((Grain, TimeSpan.FromHours(1), new DateTime(2026, 3, 1, 0, 0, 0, DateTimeKind.Utc)), (read!.GrainId, read.Period, read.StartAt));
        Assert.True(await reminders.RemoveRow(Grain, "theirs", read.ETag!));
    }

    [SkippableFact]
    public async Task Upsert_LeavesColumnsItDoesNotKnow()
    {
        var cluster = new TestCluster(azurite);
        var reminders = cluster.NewReminders();
        await reminders.StartAsync(default);
        var row = Row(cluster, "sweep");
        row["Note"] = "theirs";
        await cluster.ReminderTable.AddEntityAsync(row);
        await reminders.UpsertRow(Entry(Grain, "sweep"));
        TableEntity stored = await cluster.ReminderTable.GetEntityAsync<TableEntity>(row.PartitionKey, row.RowKey);
        Assert.Equal(("theirs", "1.02:03:04"), (stored["Note"], stored["Period"]));
    }

    [SkippableFact]
    public async Task RowsThatCannotBeRead_OrAreAnotherServices_ArePassedOver_AndLogged()
    {
        using var logs = new RecordedLogs();
        using var loggers = new LoggerFactory([logs]);
        var cluster = new TestCluster(azurite, loggers: loggers);
        var reminders = cluster.NewReminders();
        await reminders.UpsertRow(Entry(Grain, "good"));
        foreach (var (name, column, value) in new (string, string, object)[]
            { ("a", "Period", "soon"), ("b", "StartAt", "2026-03-01"), ("c", "GrainReference", 5), ("d", "ServiceId", "another") })
        {
            var row = Row(cluster, name);
            row[column] = value;
            await cluster.ReminderTable.AddEntityAsync(row);
        }

        Assert.Equal("good", Assert.Single((await reminders.ReadRows(0, 0)).Reminders).ReminderName);
        Assert.Equal((3, 1), (logs.Lines.Count(line => line.Level == LogLevel.Error), logs.Lines.Count(line => line.Level == LogLevel.Warning)));
    }

    [SkippableFact]
    public async Task ServiceWhoseNameBeginsAnothers_SeesItsOwnRemindersOnly()
    {
        var cluster = new TestCluster(azurite);
        var longer = Options.Create(new ClusterOptions { ClusterId = cluster.ClusterId, ServiceId = cluster.ServiceId + "_0" });
        var neighbour = new AzureTablesReminderTable(cluster.Store, longer, cluster.Loggers.CreateLogger<AzureTablesReminderTable>());
        await cluster.NewReminders().UpsertRow(Entry(Grain, "mine"));
        await neighbour.UpsertRow(Entry(Grain, "theirs"));
        Assert.Equal("mine", Assert.Single((await cluster.NewReminders().ReadRows(0, 0)).Reminders).ReminderName);
        Assert.Equal("theirs", Assert.Single((await neighbour.ReadRows(0, 0)).Reminders).ReminderName);
    }

    private static TableEntity Row(TestCluster cluster, string name) => new($"{cluster.ServiceId}_{Grain.GetUniformHashCode():X8}", $"seg.partition_shop:7-{name}")
    {
        ["GrainReference"] = "seg.partition/shop:7",
        ["ReminderName"] = name,
        ["ServiceId"] = cluster.ServiceId,
        ["DeploymentId"] = "another-cluster",
        ["StartAt"] = "2026-03-01 00:00:00.000 GMT",
        ["Period"] = "01:00:00",
        ["GrainRefConsistentHash"] = $"{Grain.GetUniformHashCode():X8}",
    };

    private static ReminderEntry Entry(GrainId grain, string name) => new()
    {
        GrainId = grain,
        ReminderName = name,
        StartAt = new DateTime(2026, 3, 1, 12, 0, 0, DateTimeKind.Utc),
        Period = new TimeSpan(1, 2, 3, 4),
    };
}
