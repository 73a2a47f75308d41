using OrleansSeg.Persistence.Conformance;

namespace OrleansSeg.Persistence.AzureTables.Tests;

[Collection(AzuriteTests.Name)]
public sealed class AzureTablesReminderTableTests(AzuriteFixture azurite) : ReminderTableConformance
{
    private readonly Lazy<TestCluster> _cluster = new(() => new TestCluster(azurite));

    protected override IReminderTable Reminders => _cluster.Value.NewReminders();

    protected override Task<IReminderTable> ReopenAsync() => Task.FromResult<IReminderTable>(_cluster.Value.NewReminders());
}
