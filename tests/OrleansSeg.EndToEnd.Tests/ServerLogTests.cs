using System.Runtime.InteropServices;
using System.Text.Json.Nodes;

namespace OrleansSeg.EndToEnd.Tests;

/// <summary>What a server writes to standard error when collectors read it.</summary>
public sealed class ServerLogTests : IDisposable
{
    private readonly WorkFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task JsonLog_IsOneDocumentALine_FromStartToStop()
    {
        var config = Path.Combine(_folder.FullPath, "silo.json");
        await File.WriteAllTextAsync(config, """{ "OrleansSeg": { "LogFormat": "json", "Network": { "SiloPort": 0, "GatewayPort": 0, "HttpPort": 0 } } }""");
        await using var server = OrleansSegProcess.Start("serve", "--json", "--config", config, "--data-dir", _folder.DataDirectory);
        var gateway = await WorkFolder.GatewayOfAsync(server);
        server.Send(PosixSignal.SIGTERM);
        await server.ExitsAsync(0, Patience.Longest);

        var lines = server.Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line)!).ToList();
        Assert.All(lines, line => Assert.NotNull(line["Timestamp"]));
        var messages = lines.Where(line => (string?)line["Category"] == "OrleansSeg.Silo.Hosting.RunningSilo").ToList();
        Assert.Equal(gateway, (int)messages[0]["State"]!["GatewayPort"]!);
        Assert.Equal(
            ["The silo stops; writes in flight are finished first.", "The silo has stopped."],
            messages.Skip(1).Select(line => (string?)line["Message"]));

        // A clean stop leaves the store in one file.
        Assert.Equal(["lock", "orleansseg.db"], Directory.EnumerateFiles(_folder.DataDirectory).Select(Path.GetFileName).Order());
    }
}
