using OrleansSeg.Persistence.Conformance;

namespace OrleansSeg.Persistence.Sqlite.Tests;

public sealed class SqliteReminderTableTests : ReminderTableConformance, IAsyncLifetime
{
    private readonly StoreFixture _fixture = new();

    protected override IReminderTable Reminders => _fixture.Reminders;

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _fixture.DisposeAsync();

    protected override async Task<IReminderTable> ReopenAsync()
    {
        await _fixture.ReopenAsync();
        return _fixture.Reminders;
    }
}
