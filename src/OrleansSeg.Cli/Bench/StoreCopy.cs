using OrleansSeg.Cli.Sessions;
using OrleansSeg.Persistence.Sqlite;

namespace OrleansSeg.Cli.Bench;

/// <summary>Copies a data directory, so that measuring on it changes nothing in it.</summary>
internal static class StoreCopy
{
    /// <summary>Copies store and models while nobody writes them.</summary>
    /// <exception cref="UsageException">There is no store.</exception>
    /// <exception cref="DirectoryHeldException">Another process has the directory.</exception>
    public static void Make(string from, string to)
    {
        if (!File.Exists(Path.Combine(from, SqliteStore.FileName)))
        {
            throw new UsageException($"--data-dir: there is no store in {from}.");
        }

        var holder = new DirectoryHolder(Environment.ProcessId, "bench", TimeProvider.System.GetUtcNow(), null);
        using var held = DataDirectoryLock.TryAcquire(from, holder, out var other) ?? throw new DirectoryHeldException(from, other);

        // The write-ahead log holds what the file does not have yet.
        foreach (var file in Directory.EnumerateFiles(from, SqliteStore.FileName + "*").Where(file => !file.EndsWith("-shm", StringComparison.Ordinal)))
        {
            File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
        }

        var models = Path.Combine(from, "models");
        foreach (var file in Directory.Exists(models) ? Directory.EnumerateFiles(models, "*", SearchOption.AllDirectories) : [])
        {
            var target = Path.Combine(to, "models", Path.GetRelativePath(models, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }
}
