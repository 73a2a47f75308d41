using System.Security.Cryptography;
using System.Text.Json;

namespace OrleansSeg.Model.Bundles;

/// <summary>A bundle on disk: its files, and a manifest with the SHA-256 of each; the manifest's own hash names the bundle.</summary>
public static class BundleFolder
{
    /// <summary>Name of the manifest.</summary>
    public const string ManifestFile = "manifest.json";

    /// <summary>Writes a bundle whole or not at all: aside, flushed to the disk, then moved into place.</summary>
    /// <param name="store">Folder of bundles.</param>
    /// <param name="files">Content by file name.</param>
    /// <returns>The bundle's hash, which is also its folder's name in the store.</returns>
    public static string Write(string store, IReadOnlyDictionary<string, byte[]> files)
    {
        var (hash, manifest) = ManifestOf(files);
        var target = Path.Combine(store, hash);
        if (Directory.Exists(target))
        {
            return hash;
        }

        Directory.CreateDirectory(store);
        var aside = Path.Combine(store, $".{hash}.{Guid.NewGuid():N}");
        Directory.CreateDirectory(aside);
        foreach (var (name, content) in files.Append(new(ManifestFile, manifest)))
        {
            using var stream = new FileStream(Path.Combine(aside, name), FileMode.CreateNew);
            stream.Write(content);
            stream.Flush(flushToDisk: true);
        }

        Directory.Move(aside, target);
        return hash;
    }

    /// <summary>The hash that a bundle of these files has.</summary>
    /// <param name="files">Content by file name.</param>
    public static string HashOf(IReadOnlyDictionary<string, byte[]> files) => ManifestOf(files).Hash;

    /// <summary>Reads a bundle, checking every hash first.</summary>
    /// <param name="store">Folder of bundles.</param>
    /// <param name="hash">The bundle's hash.</param>
    /// <exception cref="BundleCorruptException">A file is missing, added or changed, or the bundle is absent.</exception>
    public static IReadOnlyDictionary<string, byte[]> Read(string store, string hash)
    {
        var folder = Path.Combine(store, hash);
        if (!hash.All(char.IsAsciiHexDigitLower) || !File.Exists(Path.Combine(folder, ManifestFile)))
        {
            throw new BundleCorruptException($"The model store has no bundle {hash}.");
        }

        var manifest = File.ReadAllBytes(Path.Combine(folder, ManifestFile));
        Expect(hash, manifest, ManifestFile);
        var expected = JsonSerializer.Deserialize<Dictionary<string, string>>(manifest, BundleJson.Compact)!;
        var present = Directory.EnumerateFiles(folder).Select(path => Path.GetFileName(path)!).Where(name => name != ManifestFile).ToHashSet();
        if (!present.SetEquals(expected.Keys))
        {
            throw new BundleCorruptException($"Bundle {hash} should hold {string.Join(", ", expected.Keys)}; it holds {string.Join(", ", present)}.");
        }

        var files = expected.Keys.ToDictionary(name => name, name => File.ReadAllBytes(Path.Combine(folder, name)));
        foreach (var (name, content) in files)
        {
            Expect(expected[name], content, name);
        }

        return files;
    }

    /// <summary>Removes a bundle; nobody sees a part of it. One that is not there is no fault, and what a broken removal left goes too.</summary>
    /// <param name="store">Folder of bundles.</param>
    /// <param name="hash">The bundle's hash.</param>
    /// <exception cref="ArgumentException">It is no hash.</exception>
    public static void Remove(string store, string hash)
    {
        ArgumentException.ThrowIfNullOrEmpty(hash);
        if (!hash.All(char.IsAsciiHexDigitLower))
        {
            throw new ArgumentException($"'{hash}' is no bundle's hash.", nameof(hash));
        }

        var aside = Path.Combine(store, $".{hash}.removed");
        try
        {
            if (Directory.Exists(aside))
            {
                Directory.Delete(aside, recursive: true);
            }

            Directory.Move(Path.Combine(store, hash), aside);
            Directory.Delete(aside, recursive: true);
        }
        catch (DirectoryNotFoundException)
        {
            // It was never here, or another removal was first.
        }
    }

    private static (string Hash, byte[] Manifest) ManifestOf(IReadOnlyDictionary<string, byte[]> files)
    {
        ArgumentNullException.ThrowIfNull(files);
        var hashes = new SortedDictionary<string, string>(
            files.ToDictionary(file => file.Key, file => Convert.ToHexStringLower(SHA256.HashData(file.Value))), StringComparer.Ordinal);
        var manifest = JsonSerializer.SerializeToUtf8Bytes(hashes, BundleJson.Indented);
        return (Convert.ToHexStringLower(SHA256.HashData(manifest)), manifest);
    }

    private static void Expect(string expected, byte[] content, string name)
    {
        var found = Convert.ToHexStringLower(SHA256.HashData(content));
        if (found != expected)
        {
            throw new BundleCorruptException($"{name} has SHA-256 {found}, expected {expected}: the bundle is refused.");
        }
    }
}
