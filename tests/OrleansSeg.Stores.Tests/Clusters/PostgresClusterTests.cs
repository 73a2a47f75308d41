namespace OrleansSeg.Stores.Tests;

public sealed class PostgresClusterTests : SharedClusterTests
{
    protected override string Store => "postgres";

    private protected override async Task<ServerProcess> StartServerAsync()
    {
        var programs = PostgresServer.FindPrograms();
        Skip.If(programs is null, "This test needs a server: PostgreSQL, which .ci/run installs (apt-get install postgresql).");
        return await PostgresServer.StartNewAsync(programs!);
    }

    private protected override async Task<string> PrepareAsync(ServerProcess server)
    {
        var database = await ((PostgresServer)server).CreateDatabaseAsync();
        await TestStore.InitializeAsync("postgres", database);
        return database;
    }
}
