using OrleansSeg.Cli.Bench.Chaos.Stores;

namespace OrleansSeg.Persistence.AzureTables.Tests;

/// <summary>One Azurite for all tests, which keep apart by the names of their services, clusters, tables and containers.</summary>
public sealed class AzuriteFixture : IAsyncLifetime
{
    private AzuriteProcess? _process;

    /// <summary>Connects to tables and blobs; skips the test where Azurite is not installed.</summary>
    public string ConnectionString => Process.ConnectionString;

    internal AzuriteProcess Process
    {
        get
        {
            Skip.If(_process is null, "This test needs a server: Azurite, which .ci/run installs (npm install azurite).");
            return _process!;
        }
    }

    public async Task InitializeAsync() => _process = AzuriteInstallation.Find() is { } script ? await AzuriteProcess.StartAsync(script) : null;

    public async Task DisposeAsync() => await (_process?.DisposeAsync() ?? ValueTask.CompletedTask);
}

/// <summary>The tests that share the server.</summary>
[CollectionDefinition(Name)]
public sealed class AzuriteTests : ICollectionFixture<AzuriteFixture>
{
    public const string Name = "Azurite";
}
