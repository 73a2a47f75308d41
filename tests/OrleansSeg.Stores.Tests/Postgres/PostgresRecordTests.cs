using Orleans.Runtime;
using OrleansSeg.Persistence.Conformance;

namespace OrleansSeg.Stores.Tests;

/// <summary>What this program asks of the store beyond the common contract.</summary>
[Collection(PostgresTests.Name)]
public sealed class PostgresRecordTests(PostgresFixture postgres) : SharedRecordTests
{
    protected override string Store => "postgres";

    protected override string ConnectionString => postgres.Initialized;

    [SkippableFact]
    public async Task Rows_HoldTheWholeGrainId_UnderTheStateName()
    {
        await using var store = await OpenAsync();
        await store.Storage.WriteStateAsync("customer", GrainId.Create("seg.customer", "shop:7"), new GrainState<Tally>(new Tally()));
        var row = await PostgresServer.ExecuteAsync(
            ConnectionString, $"SELECT graintypestring || ' ' || grainidextensionstring FROM orleansstorage WHERE serviceid = '{store.Name}'");
        Assert.Equal("customer seg.customer/shop:7", row);
    }
}
