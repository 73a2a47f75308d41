using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

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
    public void Containerfile_NamesWhatExists()
    {
        var lines = Read("deploy/Containerfile").Split('\n');
        var framework = Regex.Match(Read("Directory.Build.props"), "<TargetFramework>net([0-9.]+)</TargetFramework>").Groups[1].Value;
        Assert.All(lines.Where(line => line.StartsWith("FROM ", StringComparison.Ordinal)), line => Assert.EndsWith($":{framework}", line.Replace(" AS build", "", StringComparison.Ordinal), StringComparison.Ordinal));
        Assert.Contains("<AssemblyName>orleansseg</AssemblyName>", Read("src/OrleansSeg.Cli/OrleansSeg.Cli.csproj"), StringComparison.Ordinal);
        Assert.Contains("ENTRYPOINT [\"/opt/orleansseg/orleansseg\"]", lines);
        var variable = Regex.Match(Read("deploy/Containerfile"), "ENV ORLEANSSEG__OrleansSeg__Network__([A-Za-z]+)=").Groups[1].Value;
        Assert.Contains($"public string? {variable} ", Read("src/OrleansSeg.Silo/Configuration/NetworkOptions.cs"), StringComparison.Ordinal);
    }

    [Fact]
    public void SystemdUnit_IsInstalledByThePublishThatTheContainerRuns()
    {
        const string publish = "dotnet publish src/OrleansSeg.Cli -c Release -r linux-x64 --self-contained false -o";
        Assert.Contains($"RUN {publish} /app", Read("deploy/Containerfile"), StringComparison.Ordinal);
        Assert.Contains($"#   {publish} /opt/orleansseg", Read("deploy/orleansseg.service"), StringComparison.Ordinal);
        foreach (var line in new[] { "DynamicUser=yes", "StateDirectory=orleansseg", "NoNewPrivileges=yes", "Restart=on-failure" })
        {
            Assert.Contains($"\n{line}\n", Read("deploy/orleansseg.service"), StringComparison.Ordinal);
        }
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
