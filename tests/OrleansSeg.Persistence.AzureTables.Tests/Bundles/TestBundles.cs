using System.Security.Cryptography;
using System.Text.Json;

namespace OrleansSeg.Persistence.AzureTables.Tests;

/// <summary>A folder of bundles, as trainers write them.</summary>
internal sealed class TestBundles : IDisposable
{
    public string Folder { get; } = Directory.CreateTempSubdirectory("orleansseg-bundles-").FullName;

    /// <summary>Writes a bundle of these files and returns its hash.</summary>
    public string Write(params (string Name, byte[] Content)[] files) =>
        Write(files.ToDictionary(file => file.Name, file => Hash(file.Content)), files);

    /// <summary>Writes files with a manifest that may say something else.</summary>
    public string Write(Dictionary<string, string> manifest, params (string Name, byte[] Content)[] files) =>
        WriteManifest(JsonSerializer.SerializeToUtf8Bytes(manifest), files);

    /// <summary>Writes files with any manifest at all.</summary>
    public string WriteManifest(byte[] manifest, params (string Name, byte[] Content)[] files)
    {
        var hash = Hash(manifest);
        Directory.CreateDirectory(Path.Combine(Folder, hash));
        foreach (var (name, content) in files.Append(("manifest.json", manifest)))
        {
            var path = Path.Combine(Folder, hash, name);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllBytes(path, content);
        }

        return hash;
    }

    public Dictionary<string, string> Read(string hash) =>
        Directory.EnumerateFiles(Path.Combine(Folder, hash), "*", SearchOption.AllDirectories)
            .ToDictionary(path => Path.GetRelativePath(Path.Combine(Folder, hash), path), path => Hash(File.ReadAllBytes(path)));

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    public static string Hash(byte[] content) => Convert.ToHexStringLower(SHA256.HashData(content));
}
