using Orleans.Messaging;
using OrleansSeg.Persistence.Conformance;

namespace OrleansSeg.Persistence.AzureTables.Tests;

[Collection(AzuriteTests.Name)]
public sealed class AzureTablesMembershipTableTests(AzuriteFixture azurite) : MembershipTableConformance, IAsyncLifetime
{
    private TestCluster _cluster = null!;
    private IMembershipTable _table = null!;

    protected override IMembershipTable Table => _table;

    protected override IGatewayListProvider Gateways => _cluster.NewGateways();

    protected override string ClusterId => _cluster.ClusterId;

    public async Task InitializeAsync()
    {
        _cluster = new TestCluster(azurite);
        _table = await _cluster.NewMembershipAsync();
    }

    public Task DisposeAsync() => Task.CompletedTask;

    protected override async Task<IMembershipTable> OfAnotherClusterAsync() => await _cluster.NewMembershipAsync($"{ClusterId}-other");
}
