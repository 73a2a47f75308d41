namespace OrleansSeg.Cli.Bench;

/// <summary>A folder that a benchmark works in and that is gone afterwards.</summary>
internal sealed class BenchFolder : IDisposable
{
    private BenchFolder(string path) => FullPath = path;

    /// <summary>Absolute path.</summary>
    public string FullPath { get; }

    /// <summary>What the disk is formatted with: on <c>tmpfs</c> nothing is durable and writes are too good to be true.</summary>
    public string FileSystem => new DriveInfo(FullPath).DriveFormat;

    /// <summary>Makes one, in the data directory when the command line names it, so that it is the same disk, else among temporary files.</summary>
    public static BenchFolder Create(CommonSettings settings)
    {
        var parent = settings.DataDirectory ?? Path.GetTempPath();
        Directory.CreateDirectory(parent);
        var path = Path.Combine(parent, $"orleansseg-bench-{Guid.NewGuid():N}");
        Directory.CreateDirectory(path);
        return new BenchFolder(path);
    }

    /// <inheritdoc />
    public void Dispose() => Directory.Delete(FullPath, recursive: true);
}
