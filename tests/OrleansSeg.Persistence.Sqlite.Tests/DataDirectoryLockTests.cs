namespace OrleansSeg.Persistence.Sqlite.Tests;

public sealed class DataDirectoryLockTests : IDisposable
{
    private static readonly DirectoryHolder Server = new(11, "serve", DateTimeOffset.UnixEpoch, null);
    private readonly string _folder = Directory.CreateTempSubdirectory("orleansseg-lock-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void SecondHolder_IsRefused_AndToldWhoHasIt()
    {
        using var held = DataDirectoryLock.TryAcquire(_folder, Server, out _);
        held!.Describe(Server with { GatewayPort = 30_000 });
        var second = DataDirectoryLock.TryAcquire(_folder, Server with { Verb = "import" }, out var other);
        Assert.Null(second);
        Assert.Equal(Server with { GatewayPort = 30_000 }, other);
    }

    [Fact]
    public void ReleasedDirectory_IsFree_AndDetailsOfTheDeadAreNotBelieved()
    {
        DataDirectoryLock.TryAcquire(_folder, Server, out _)!.Dispose();
        File.WriteAllText(Path.Combine(_folder, "holder.json"), "{\"ProcessId\":99,\"Verb\":\"serve\"}");
        using var next = DataDirectoryLock.TryAcquire(_folder, Server with { Verb = "train" }, out var other);
        Assert.NotNull(next);
        Assert.Null(other);
    }
}
