namespace OrleansSeg.EndToEnd.Tests;

/// <summary>A folder of the test's own, with a data directory in it.</summary>
internal sealed class WorkFolder : IDisposable
{
    public WorkFolder()
    {
        FullPath = Path.Combine(Path.GetTempPath(), $"orleansseg-e2e-{Guid.NewGuid():N}");
        Directory.CreateDirectory(FullPath);
    }

    /// <summary>Its path.</summary>
    public string FullPath { get; }

    /// <summary>The data directory.</summary>
    public string DataDirectory => Path.Combine(FullPath, "data");

    /// <summary>Starts a server on the data directory, on free ports.</summary>
    public OrleansSegProcess StartServer(params string[] more) => OrleansSegProcess.Start(
        ["serve", "--gateway-port", "0", "--silo-port", "0", "--http-port", "0", "--json", "--data-dir", DataDirectory, .. more]);

    /// <summary>Waits until a server serves; returns where clients connect.</summary>
    public static async Task<int> GatewayOfAsync(OrleansSegProcess server) => (int)(await server.FirstDocumentAsync(Patience.Longest))["gatewayPort"]!;

    public void Dispose() => Directory.Delete(FullPath, recursive: true);
}
