using OrleansSeg.Persistence.Sqlite;

namespace OrleansSeg.Cli.Tests;

/// <summary>Who may use a data directory while somebody else does.</summary>
public sealed class DirectoryTests : IDisposable
{
    private readonly Shell _shell = new();

    public void Dispose() => _shell.Dispose();

    [Theory]
    [InlineData("lookup 1")]
    [InlineData("verify")]
    [InlineData("serve")]
    [InlineData("bench memory")]
    public async Task DirectoryOfAnotherVerb_ExitsOne_NamingItsProcess(string line)
    {
        var holder = new DirectoryHolder(4711, "import", new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero), null);
        using var held = DataDirectoryLock.TryAcquire(_shell.DataDirectory, holder, out _);
        Assert.NotNull(held);
        var ran = await _shell.RunAsync([.. line.Split(' '), "--json"]);
        if (line.StartsWith("bench", StringComparison.Ordinal))
        {
            // It works in a folder of its own inside.
            ran.Json(ExitCode.Done);
            return;
        }

        ran.Fails(ExitCode.Failed, "process 4711", "import", _shell.DataDirectory);
    }

    [Fact]
    public async Task Serve_GivesTheDirectoryBack_WhenItStops()
    {
        using var stop = new CancellationTokenSource();
        var server = await InProcessServer.StartAsync(_shell, stop);
        Assert.Equal("{processId: number, address: string, gatewayPort: number, httpPort: number, dataDirectory: string}", Shape.Of(server.Answer));
        await stop.CancelAsync();
        Assert.Equal(ExitCode.Done, (await server.Ran).ExitCode);
        Assert.Equal(0, (int)(await _shell.JsonAsync("verify"))["customers"]!);
    }

    [Fact]
    public async Task Verbs_WhileServeRuns_GoThroughTheServer()
    {
        using var stop = new CancellationTokenSource();
        var server = await InProcessServer.StartAsync(_shell, stop);
        var file = _shell.Write("sound.csv", RetailFile.Sound(customers: 3, linesEach: 4));
        Assert.Equal(12, (int)(await _shell.JsonAsync("import", file, "--layout", "online-retail"))["added"]!);
        Assert.Equal("unscored", (string?)(await _shell.JsonAsync("lookup", RetailFile.Id(1)))[0]!["segment"]);
        Assert.Equal(12, (int)(await _shell.JsonAsync("verify"))["events"]!);
        (await _shell.RunAsync("serve", "--json")).Fails(ExitCode.Failed, "serve");
        (await _shell.RunAsync("bench", "lookup", "--json")).Fails(ExitCode.Failed, "held by process", "orleansseg serve");
        await stop.CancelAsync();
        Assert.Equal(ExitCode.Done, (await server.Ran).ExitCode);
    }
}
