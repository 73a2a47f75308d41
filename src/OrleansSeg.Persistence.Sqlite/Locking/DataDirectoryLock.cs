using System.Text.Json;

namespace OrleansSeg.Persistence.Sqlite;

/// <summary>Lets one process at a time use a data directory, and tells the others who it is.</summary>
/// <remarks>
/// The lock is the operating system's, so it ends with its process however that ends. The holder's details lie beside it and are
/// believed only while the lock is held.
/// </remarks>
public sealed class DataDirectoryLock : IDisposable
{
    private const string LockFileName = "lock";
    private const string HolderFileName = "holder.json";

    private readonly FileStream _file;
    private readonly string _holderPath;

    private DataDirectoryLock(FileStream file, string holderPath)
    {
        _file = file;
        _holderPath = holderPath;
    }

    /// <summary>Takes the directory, or says who has it.</summary>
    /// <param name="directory">The data directory; created when absent.</param>
    /// <param name="holder">This process.</param>
    /// <param name="other">Who holds it when the answer is null; null when the holder has not yet said.</param>
    /// <returns>The lock, or null when another process has it.</returns>
    /// <exception cref="IOException">The directory cannot be made or written.</exception>
    public static DataDirectoryLock? TryAcquire(string directory, DirectoryHolder holder, out DirectoryHolder? other)
    {
        Directory.CreateDirectory(directory);
        var lockPath = Path.Combine(directory, LockFileName);
        var holderPath = Path.Combine(directory, HolderFileName);
        other = null;
        FileStream file;
        try
        {
            file = new FileStream(lockPath, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException) when (File.Exists(lockPath))
        {
            other = ReadHolder(holderPath);
            return null;
        }

        var acquired = new DataDirectoryLock(file, holderPath);
        acquired.Describe(holder);
        return acquired;
    }

    /// <summary>Replaces the details others read, for instance once the gateway listens.</summary>
    public void Describe(DirectoryHolder holder)
    {
        // Written aside and moved, so that nobody reads half of it.
        var temporary = _holderPath + ".new";
        File.WriteAllText(temporary, JsonSerializer.Serialize(holder));
        File.Move(temporary, _holderPath, overwrite: true);
    }

    /// <summary>Gives the directory back.</summary>
    public void Dispose()
    {
        File.Delete(_holderPath);
        _file.Dispose();
    }

    private static DirectoryHolder? ReadHolder(string path)
    {
        try
        {
            return JsonSerializer.Deserialize<DirectoryHolder>(File.ReadAllText(path));
        }
        catch (Exception exception) when (exception is IOException or JsonException)
        {
            return null;
        }
    }
}
