using System.Text.Json.Nodes;

namespace OrleansSeg.Repository.Tests;

public sealed class DeployTests
{
    private static readonly JsonNode Embedded = JsonNode.Parse(Read("silo-config/embedded.json"))!["OrleansSeg"]!;

    [Theory]
    [InlineData("deploy/Containerfile")]
    [InlineData("deploy/orleansseg.service")]
    public void Unit_ServesTheEmbeddedConfiguration(string path)
    {
        var words = Read(path).Split([' ', '"', ',', '[', ']', '\n'], StringSplitOptions.RemoveEmptyEntries);
        Assert.Contains("serve", words);
        Assert.Contains("/etc/orleansseg/embedded.json", words);
        Assert.Contains("/var/lib/orleansseg", words);
    }

    [Fact]
    public void Containerfile_ExposesThePortsOfTheConfiguration()
    {
        var exposed = Read("deploy/Containerfile").Split('\n').Single(line => line.StartsWith("EXPOSE ", StringComparison.Ordinal)).Split(' ')[1..];
        var ports = new[] { "SiloPort", "GatewayPort", "HttpPort" }.Select(name => Embedded["Network"]![name]!.ToString());
        Assert.Equal(ports, exposed);
        Assert.Contains($":{Embedded["Network"]!["HttpPort"]}/health/ready", Read("deploy/Containerfile"), StringComparison.Ordinal);
    }

    [Fact]
    public void SystemdUnit_WaitsLongerThanTheHostsShutdown()
    {
        var seconds = int.Parse(Read("deploy/orleansseg.service").Split('\n').Single(line => line.StartsWith("TimeoutStopSec=", StringComparison.Ordinal))["TimeoutStopSec=".Length..]);
        var host = Read("src/OrleansSeg.Silo/Hosting/SiloHost.cs");
        Assert.Contains("ShutdownTimeout = TimeSpan.FromSeconds(60)", host, StringComparison.Ordinal);
        Assert.InRange(seconds, 61, 600);
    }

    private static string Read(string path) => File.ReadAllText(Path.Combine(SourceTree.Root.FullName, path));
}
