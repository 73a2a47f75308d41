namespace OrleansSeg.Cli.Bench.Chaos.Stores;

/// <summary>The stores that faults can be done to.</summary>
internal static class StoreServers
{
    /// <summary>Their names in a silo-config file.</summary>
    public static IReadOnlyList<string> Names { get; } = ["sqlite", "azure"];

    /// <summary>What is missing on this machine to run a store's server, or null.</summary>
    public static string? MissingFor(string store) => store switch
    {
        "azure" when AzuriteServer.FindScript() is null => "needs a server: Azurite, which .ci/run installs (npm install azurite)",
        _ => null,
    };

    /// <summary>A store's server, not yet started.</summary>
    /// <param name="store">The store's name.</param>
    /// <param name="folder">Where the server keeps its data.</param>
    public static IStoreServer Create(string store, string folder) => store switch
    {
        "azure" => new AzuriteServer(folder),
        _ => new NoServer(),
    };
}
