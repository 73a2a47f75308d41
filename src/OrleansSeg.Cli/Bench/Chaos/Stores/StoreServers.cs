namespace OrleansSeg.Cli.Bench.Chaos.Stores;

/// <summary>The stores that faults can be done to.</summary>
internal static class StoreServers
{
    /// <summary>Their names in a silo-config file.</summary>
    public static IReadOnlyList<string> Names { get; } = ["sqlite", "azure", "postgres", "redis"];

    /// <summary>What is missing on this machine to run a store's server, or null.</summary>
    public static string? MissingFor(string store) => store switch
    {
        "azure" when AzuriteInstallation.Find() is null => "needs a server: Azurite, which .ci/run installs (npm install azurite)",
        "postgres" when PostgresServer.FindPrograms() is null => "needs a server: PostgreSQL, which .ci/run installs (apt-get install postgresql)",
        "redis" when RedisServer.FindProgram() is null => "needs a server: Redis, which .ci/run installs (apt-get install redis-server)",
        _ => null,
    };

    /// <summary>A store's server, not yet started.</summary>
    /// <param name="store">The store's name.</param>
    /// <param name="folder">Where the server keeps its data.</param>
    public static IStoreServer Create(string store, string folder) => store switch
    {
        "azure" => new AzuriteServer(folder),
        "postgres" => new PostgresServer(folder),
        "redis" => new RedisServer(folder),
        _ => new NoServer(),
    };
}
