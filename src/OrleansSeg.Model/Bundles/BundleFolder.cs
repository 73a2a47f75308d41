using System.Security.Cryptography;
using System.Text.Json;

namespace OrleansSeg.Model.Bundles;

/// <summary>A bundle on disk: its files, and a manifest with the SHA-256 of each; the manifest's own hash names the bundle.</summary>
public static class BundleFolder
{
    /// <summary>Name of the manifest.</summary>
    public const string ManifestFile = "manifest.json";

    private const int CopyBytes = 1 << 20;

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

        var aside = CreateAside(store);
        foreach (var (name, content) in files.Append(new(ManifestFile, manifest)))
        {
            using var stream = Create(aside, name);
            stream.Write(content);
            stream.Flush(flushToDisk: true);
        }

        Directory.Move(aside, target);
        return hash;
    }

    /// <summary>Copies files of any size into a bundle, whole or not at all.</summary>
    /// <param name="store">Folder of bundles.</param>
    /// <param name="files">Where each file lies, by its name in the bundle; a name may have folders, parted by <c>/</c>.</param>
    /// <param name="cancellationToken">Stops the copying; nothing of it stays.</param>
    /// <returns>The bundle's hash, of what was copied.</returns>
    public static string Copy(string store, IReadOnlyDictionary<string, string> files, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(files);
        var aside = CreateAside(store);
        try
        {
            var hashes = new Dictionary<string, string>();
            foreach (var (name, path) in files)
            {
                using var from = File.OpenRead(path);
                using var to = Create(aside, name);
                hashes.Add(name, CopyHashed(from, to, cancellationToken));
            }

            var (hash, manifest) = ManifestOf(hashes);
            using (var stream = Create(aside, ManifestFile))
            {
                stream.Write(manifest);
                stream.Flush(flushToDisk: true);
            }

            if (!Directory.Exists(Path.Combine(store, hash)))
            {
                Directory.Move(aside, Path.Combine(store, hash));
            }

            return hash;
        }
        finally
        {
            if (Directory.Exists(aside))
            {
                Directory.Delete(aside, recursive: true);
            }
        }
    }

    /// <summary>The hash that a bundle of these files has.</summary>
    /// <param name="files">Content by file name.</param>
    public static string HashOf(IReadOnlyDictionary<string, byte[]> files) => ManifestOf(files).Hash;

    /// <summary>Whether there is a bundle of this hash; whether it is whole is seen when it is read.</summary>
    /// <param name="store">Folder of bundles.</param>
    /// <param name="hash">The bundle's hash.</param>
    public static bool Exists(string store, string hash) => IsHash(hash) && File.Exists(Path.Combine(store, hash, ManifestFile));

    /// <summary>Whether a text has the form of a bundle's hash.</summary>
    public static bool IsHash(string text) => text is { Length: 2 * SHA256.HashSizeInBytes } && text.All(char.IsAsciiHexDigitLower);

    /// <summary>Reads a bundle, checking every hash first.</summary>
    /// <param name="store">Folder of bundles.</param>
    /// <param name="hash">The bundle's hash.</param>
    /// <exception cref="BundleCorruptException">A file is missing, added or changed, or the bundle is absent.</exception>
    public static IReadOnlyDictionary<string, byte[]> Read(string store, string hash)
    {
        var (folder, expected) = ReadManifest(store, hash);
        var files = expected.Keys.ToDictionary(name => name, name => File.ReadAllBytes(Path.Combine(folder, name)));
        foreach (var (name, content) in files)
        {
            Expect(expected[name], Convert.ToHexStringLower(SHA256.HashData(content)), name);
        }

        return files;
    }

    /// <summary>Checks every hash of a bundle whose files are too large to be read into memory.</summary>
    /// <param name="store">Folder of bundles.</param>
    /// <param name="hash">The bundle's hash.</param>
    /// <returns>The bundle's folder.</returns>
    /// <exception cref="BundleCorruptException">A file is missing, added or changed, or the bundle is absent.</exception>
    public static string Check(string store, string hash)
    {
        var (folder, expected) = ReadManifest(store, hash);
        foreach (var (name, sha256) in expected)
        {
            using var file = File.OpenRead(Path.Combine(folder, name));
            Expect(sha256, Convert.ToHexStringLower(SHA256.HashData(file)), name);
        }

        return folder;
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

    private static (string Folder, Dictionary<string, string> Hashes) ReadManifest(string store, string hash)
    {
        var folder = Path.Combine(store, hash);
        if (!Exists(store, hash))
        {
            throw new BundleCorruptException($"The model store has no bundle {hash}.");
        }

        var manifest = File.ReadAllBytes(Path.Combine(folder, ManifestFile));
        Expect(hash, Convert.ToHexStringLower(SHA256.HashData(manifest)), ManifestFile);
        var expected = JsonSerializer.Deserialize<Dictionary<string, string>>(manifest, BundleJson.Compact)!;
        var present = Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(folder, path).Replace(Path.DirectorySeparatorChar, '/')).Where(name => name != ManifestFile).ToHashSet();
        return present.SetEquals(expected.Keys)
            ? (folder, expected)
            : throw new BundleCorruptException($"Bundle {hash} should hold {string.Join(", ", expected.Keys)}; it holds {string.Join(", ", present)}.");
    }

    private static (string Hash, byte[] Manifest) ManifestOf(IReadOnlyDictionary<string, byte[]> files)
    {
        ArgumentNullException.ThrowIfNull(files);
        return ManifestOf(files.ToDictionary(file => file.Key, file => Convert.ToHexStringLower(SHA256.HashData(file.Value))));
    }

    private static (string Hash, byte[] Manifest) ManifestOf(IDictionary<string, string> hashes)
    {
        var manifest = JsonSerializer.SerializeToUtf8Bytes(new SortedDictionary<string, string>(hashes, StringComparer.Ordinal), BundleJson.Indented);
        return (Convert.ToHexStringLower(SHA256.HashData(manifest)), manifest);
    }

    private static string CreateAside(string store)
    {
        var aside = Path.Combine(store, $".{Guid.NewGuid():N}");
        Directory.CreateDirectory(aside);
        return aside;
    }

    private static FileStream Create(string folder, string name)
    {
        var path = Path.Combine(folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        return new FileStream(path, FileMode.CreateNew);
    }

    private static string CopyHashed(FileStream from, FileStream to, CancellationToken cancellationToken)
    {
        using var sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[CopyBytes];
        for (int count; (count = from.Read(buffer)) > 0;)
        {
            cancellationToken.ThrowIfCancellationRequested();
            sha.AppendData(buffer, 0, count);
            to.Write(buffer, 0, count);
        }

        to.Flush(flushToDisk: true);
        return Convert.ToHexStringLower(sha.GetHashAndReset());
    }

    private static void Expect(string expected, string found, string name)
    {
        if (found != expected)
        {
            throw new BundleCorruptException($"{name} has SHA-256 {found}, expected {expected}: the bundle is refused.");
        }
    }
}
