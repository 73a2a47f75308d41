using Orleans.Storage;
using OrleansSeg.Persistence.Conformance;

namespace OrleansSeg.Persistence.AzureTables.Tests;

/// <summary>As configured by default: binary columns, cleared rows kept.</summary>
[Collection(AzuriteTests.Name)]
public sealed class AzureTablesGrainStorageTests(AzuriteFixture azurite) : GrainStorageConformance
{
    private readonly Lazy<TestCluster> _cluster = new(() => new TestCluster(azurite));

    protected override IGrainStorage Storage => _cluster.Value.NewStorage();

    protected override Task<IGrainStorage> ReopenAsync() => Task.FromResult<IGrainStorage>(_cluster.Value.NewStorage());
}

/// <summary>Cleared rows are deleted.</summary>
[Collection(AzuriteTests.Name)]
public sealed class AzureTablesGrainStorageThatDeletesTests(AzuriteFixture azurite) : GrainStorageConformance
{
    private readonly Lazy<TestCluster> _cluster = new(() => new TestCluster(azurite, options => options.DeleteStateOnClear = true));

    protected override IGrainStorage Storage => _cluster.Value.NewStorage();

    protected override Task<IGrainStorage> ReopenAsync() => Task.FromResult<IGrainStorage>(_cluster.Value.NewStorage());
}

/// <summary>Text columns with JSON.</summary>
[Collection(AzuriteTests.Name)]
public sealed class AzureTablesGrainStorageInTextTests(AzuriteFixture azurite) : GrainStorageConformance
{
    private readonly Lazy<TestCluster> _cluster = new(() => new TestCluster(azurite, options => options.UseStringFormat = true, json: true));

    protected override IGrainStorage Storage => _cluster.Value.NewStorage();

    protected override Task<IGrainStorage> ReopenAsync() => Task.FromResult<IGrainStorage>(_cluster.Value.NewStorage());
}
