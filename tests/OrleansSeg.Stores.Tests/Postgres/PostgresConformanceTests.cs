using Orleans.Messaging;
using Orleans.Runtime;
using Orleans.Storage;
using OrleansSeg.Persistence.Conformance;

namespace OrleansSeg.Stores.Tests;

[Collection(PostgresTests.Name)]
public sealed class PostgresGrainStorageTests(PostgresFixture postgres) : GrainStorageConformance, IAsyncLifetime
{
    private readonly List<TestStore> _stores = [];

    protected override IGrainStorage Storage => _stores[0].Storage;

    public async Task InitializeAsync() => _stores.Add(await TestStore.OpenAsync(StoreSettings.Of("postgres", postgres.Initialized)));

    protected override async Task<IGrainStorage> ReopenAsync()
    {
        _stores.Add(await TestStore.OpenAsync(StoreSettings.Of("postgres", postgres.Initialized), _stores[0].Name));
        return _stores[^1].Storage;
    }

    public async Task DisposeAsync() => await TestStore.DisposeAllAsync(_stores);
}

[Collection(PostgresTests.Name)]
public sealed class PostgresMembershipTests(PostgresFixture postgres) : MembershipTableConformance, IAsyncLifetime
{
    private readonly List<TestStore> _stores = [];

    protected override bool KeepsRoles => false;

    protected override bool InsertsSuspicions => false;

    protected override IMembershipTable Table => _stores[0].Membership;

    protected override IGatewayListProvider Gateways => _stores[0].Gateways;

    protected override string ClusterId => _stores[0].Name;

    public async Task InitializeAsync() => _stores.Add(await TestStore.OpenAsync(StoreSettings.Of("postgres", postgres.Initialized)));

    protected override async Task<IMembershipTable> OfAnotherClusterAsync()
    {
        _stores.Add(await TestStore.OpenAsync(StoreSettings.Of("postgres", postgres.Initialized)));
        return _stores[^1].Membership;
    }

    public async Task DisposeAsync() => await TestStore.DisposeAllAsync(_stores);
}

[Collection(PostgresTests.Name)]
public sealed class PostgresReminderTests(PostgresFixture postgres) : ReminderTableConformance, IAsyncLifetime
{
    private readonly List<TestStore> _stores = [];

    protected override IReminderTable Reminders => _stores[0].Reminders;

    public async Task InitializeAsync() => _stores.Add(await TestStore.OpenAsync(StoreSettings.Of("postgres", postgres.Initialized)));

    protected override async Task<IReminderTable> ReopenAsync()
    {
        _stores.Add(await TestStore.OpenAsync(StoreSettings.Of("postgres", postgres.Initialized), _stores[0].Name));
        return _stores[^1].Reminders;
    }

    public async Task DisposeAsync() => await TestStore.DisposeAllAsync(_stores);
}
