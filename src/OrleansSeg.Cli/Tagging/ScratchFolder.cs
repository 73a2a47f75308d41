namespace OrleansSeg.Cli.Tagging;

/// <summary>A folder that is gone when the work is.</summary>
internal sealed class ScratchFolder : IDisposable
{
    /// <summary>Where it is.</summary>
    public string FullPath { get; } = Directory.CreateTempSubdirectory("orleansseg-").FullName;

    /// <inheritdoc />
    public void Dispose() => Directory.Delete(FullPath, recursive: true);
}
