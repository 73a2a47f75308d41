using Orleans.Messaging;
using Orleans.Runtime;
using Orleans.Storage;
using OrleansSeg.Persistence.Conformance;

namespace OrleansSeg.Stores.Tests;

[Collection(RedisTests.Name)]
public sealed class RedisGrainStorageTests(RedisFixture redis) : GrainStorageConformance, IAsyncLifetime
{
    private readonly List<TestStore> _stores = [];

    protected override IGrainStorage Storage => _stores[0].Storage;

    public async Task InitializeAsync() => _stores.Add(await TestStore.OpenAsync(StoreSettings.Of("redis", redis.Server.ConnectionString())));

    protected override async Task<IGrainStorage> ReopenAsync()
    {
        _stores.Add(await TestStore.OpenAsync(StoreSettings.Of("redis", redis.Server.ConnectionString()), _stores[0].Name));
        return _stores[^1].Storage;
    }

    public async Task DisposeAsync() => await TestStore.DisposeAllAsync(_stores);
}

[Collection(RedisTests.Name)]
public sealed class RedisMembershipTests(RedisFixture redis) : MembershipTableConformance, IAsyncLifetime
{
    private readonly List<TestStore> _stores = [];

    protected override bool ClearsSilosThatNeverJoined => false;

    protected override IMembershipTable Table => _stores[0].Membership;

    protected override IGatewayListProvider Gateways => _stores[0].Gateways;

    protected override string ClusterId => _stores[0].Name;

    public async Task InitializeAsync() => _stores.Add(await TestStore.OpenAsync(StoreSettings.Of("redis", redis.Server.ConnectionString())));

    protected override async Task<IMembershipTable> OfAnotherClusterAsync()
    {
        _stores.Add(await TestStore.OpenAsync(StoreSettings.Of("redis", redis.Server.ConnectionString())));
        return _stores[^1].Membership;
    }

    public async Task DisposeAsync() => await TestStore.DisposeAllAsync(_stores);
}

[Collection(RedisTests.Name)]
public sealed class RedisReminderTests(RedisFixture redis) : ReminderTableConformance, IAsyncLifetime
{
    private readonly List<TestStore> _stores = [];

    protected override IReminderTable Reminders => _stores[0].Reminders;

    public async Task InitializeAsync() => _stores.Add(await TestStore.OpenAsync(StoreSettings.Of("redis", redis.Server.ConnectionString())));

    protected override async Task<IReminderTable> ReopenAsync()
    {
        _stores.Add(await TestStore.OpenAsync(StoreSettings.Of("redis", redis.Server.ConnectionString()), _stores[0].Name));
        return _stores[^1].Reminders;
    }

    public async Task DisposeAsync() => await TestStore.DisposeAllAsync(_stores);
}
