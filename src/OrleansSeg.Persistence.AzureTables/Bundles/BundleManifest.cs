using System.Security.Cryptography;
using System.Text.Json;

namespace OrleansSeg.Persistence.AzureTables;

/// <summary>The manifest of a bundle: a JSON object of file names, each with its SHA-256; the manifest's own hash names the bundle.</summary>
internal static class BundleManifest
{
    /// <summary>Name of the manifest beside the files.</summary>
    public const string FileName = "manifest.json";

    /// <summary>Most bytes of a manifest.</summary>
    public const int LengthMax = 1024 * 1024;

    private const int FilesMax = 1_000;
    private const int NameLengthMax = 255;
    private const int DepthMax = 2;

    /// <summary>Checks that a text can be the name of a bundle.</summary>
    /// <exception cref="BundleRefusedException">It cannot.</exception>
    public static void CheckHash(string hash)
    {
        if (!IsHash(hash))
        {
            throw new BundleRefusedException($"'{hash}' is no bundle: its name is 64 lower-case hexadecimal digits.");
        }
    }

    /// <summary>A manifest's bytes from a bundle's folder.</summary>
    /// <exception cref="BundleRefusedException">There is none, or it is too large.</exception>
    public static byte[] ReadFile(string folder, string hash)
    {
        var file = new FileInfo(Path.Combine(folder, FileName));
        return file switch
        {
            { Exists: false } => throw new BundleRefusedException($"There is no bundle {hash} to upload."),
            { Length: > LengthMax } => throw new BundleRefusedException(
                $"The manifest of bundle {hash} has {file.Length} bytes; at most {LengthMax} were expected."),
            _ => File.ReadAllBytes(file.FullName),
        };
    }

    /// <summary>Reads a manifest that must have this hash.</summary>
    /// <returns>Hash by file name.</returns>
    /// <exception cref="BundleRefusedException">It has another, is no manifest, or names a file outside the bundle.</exception>
    public static IReadOnlyDictionary<string, string> Read(string hash, ReadOnlySpan<byte> manifest)
    {
        CheckFile(hash, FileName, hash, Convert.ToHexStringLower(SHA256.HashData(manifest)));
        Dictionary<string, string>? files;
        try
        {
            files = JsonSerializer.Deserialize<Dictionary<string, string>>(manifest);
        }
        catch (JsonException exception)
        {
            throw new BundleRefusedException($"The manifest of bundle {hash} is no JSON object of names and hashes.", exception);
        }

        if (files is null or { Count: 0 or > FilesMax })
        {
            throw new BundleRefusedException($"The manifest of bundle {hash} names {files?.Count ?? 0} files; 1 to {FilesMax} were expected.");
        }

        if (files.FirstOrDefault(file => !IsPlainPath(file.Key) || !IsHash(file.Value)) is { Key: not null } strange)
        {
            throw new BundleRefusedException(
                $"The manifest of bundle {hash} holds '{strange.Key}': '{strange.Value}', which is no file within the bundle with a SHA-256.");
        }

        return files;
    }

    /// <summary>Compares a file's hash with the one it must have.</summary>
    /// <exception cref="BundleRefusedException">They differ.</exception>
    public static void CheckFile(string bundle, string name, string expected, string found)
    {
        if (expected != found)
        {
            throw new BundleRefusedException($"{name} of bundle {bundle} has SHA-256 {found}, expected {expected}.");
        }
    }

    private static bool IsHash(string? text) => text is { Length: 64 } && text.All(char.IsAsciiHexDigitLower);

    // A name becomes a path below the bundle's folder, and must not lead out of it on any system.
    private static bool IsPlainPath(string name) =>
        name != FileName && name.Length <= NameLengthMax && name.Split('/') is { Length: <= DepthMax } parts && parts.All(IsPlainName);

    private static bool IsPlainName(string name) => name is { Length: > 0 } && name[0] != '.'
        && name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '.' or '-' or '_');
}
