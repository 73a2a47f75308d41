namespace OrleansSeg.Stores.Tests;

/// <summary>One PostgreSQL server for all tests, which keep apart by databases and by the names of their services and clusters.</summary>
public sealed class PostgresFixture : IAsyncLifetime
{
    private PostgresServer? _server;
    private string? _shared;

    internal PostgresServer Server
    {
        get
        {
            Skip.If(_server is null, "This test needs a server: PostgreSQL, which .ci/run installs (apt-get install postgresql).");
            return _server!;
        }
    }

    /// <summary>Connects to a database with the tables in it.</summary>
    internal string Initialized
    {
        get
        {
            _ = Server;
            return _shared!;
        }
    }

    public async Task InitializeAsync()
    {
        if (PostgresServer.FindPrograms() is { } programs)
        {
            _server = await PostgresServer.StartNewAsync(programs);
            _shared = await _server.CreateDatabaseAsync();
            await TestStore.InitializeAsync("postgres", _shared);
        }
    }

    public async Task DisposeAsync() => await (_server?.DisposeAsync() ?? ValueTask.CompletedTask);
}

/// <summary>The tests that share the server.</summary>
[CollectionDefinition(Name)]
public sealed class PostgresTests : ICollectionFixture<PostgresFixture>
{
    public const string Name = "PostgreSQL";
}
