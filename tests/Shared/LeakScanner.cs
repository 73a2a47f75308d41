using System.IO.Compression;
using System.Text;

namespace OrleansSeg;

/// <summary>Looks for planted texts in bytes that should not hold them: messages on the wire, files of a model store.</summary>
/// <remarks>
/// Finds a canary as UTF-8 and UTF-16 of either byte order, as it was planted and in lower case; and each of these in hex, in base64 at
/// any of its three alignments, and inside gzip, however deep. Canaries should be long enough that chance does not write them: 12
/// characters or more.
/// </remarks>
internal sealed class LeakScanner
{
    private const int DepthMax = 4;
    private const int InflatedMax = 256 * 1024 * 1024;
    private static readonly int[] BorrowedCharacters = [0, 2, 3];
    private readonly List<(string Canary, string Form, byte[] Pattern)> _patterns = [];

    public LeakScanner(IEnumerable<string> canaries)
    {
        foreach (var canary in canaries)
        {
            Assert.True(canary.Length >= 12, $"'{canary}' is too short for a canary.");
            foreach (var text in new[] { canary, canary.ToLowerInvariant() }.Distinct(StringComparer.Ordinal))
            {
                AddForms(canary, "UTF-8", Encoding.UTF8.GetBytes(text));
                AddForms(canary, "UTF-16", Encoding.Unicode.GetBytes(text));
                AddForms(canary, "UTF-16, big-endian", Encoding.BigEndianUnicode.GetBytes(text));
            }
        }
    }

    /// <summary>What was found where, one line each; empty when nothing was.</summary>
    /// <param name="name">What the bytes are, for the lines.</param>
    /// <param name="bytes">The bytes.</param>
    public IReadOnlyList<string> Scan(string name, ReadOnlySpan<byte> bytes)
    {
        var found = new List<string>();
        Scan(name, bytes, found, 0);
        return found;
    }

    /// <summary>Scans every file below a folder, and the files' names.</summary>
    public IReadOnlyList<string> ScanFolder(string folder) => [.. Directory
        .EnumerateFiles(folder, "*", SearchOption.AllDirectories)
        .Order(StringComparer.Ordinal)
        .SelectMany(path => Scan(path, File.ReadAllBytes(path)).Concat(Scan("the name " + path, Encoding.UTF8.GetBytes(path))))];

    private void AddForms(string canary, string form, byte[] bytes)
    {
        _patterns.Add((canary, form, bytes));
        _patterns.Add((canary, form + " in hex", Encoding.ASCII.GetBytes(Convert.ToHexStringLower(bytes))));
        _patterns.Add((canary, form + " in hex", Encoding.ASCII.GetBytes(Convert.ToHexString(bytes))));
        for (var before = 0; before < 3; before++)
        {
            // What comes before and after the canary has its bits in the first and last characters: only those between are its own.
            var encoded = Convert.ToBase64String([.. new byte[before], .. bytes]).TrimEnd('=');
            var own = encoded[BorrowedCharacters[before]..^1];
            _patterns.Add((canary, form + " in base64", Encoding.ASCII.GetBytes(own)));
            _patterns.Add((canary, form + " in base64", Encoding.ASCII.GetBytes(own.Replace('+', '-').Replace('/', '_'))));
        }
    }

    private void Scan(string name, ReadOnlySpan<byte> bytes, List<string> found, int depth)
    {
        foreach (var (canary, form, pattern) in _patterns)
        {
            if (bytes.IndexOf(pattern) is >= 0 and var at)
            {
                found.Add($"{name}: '{canary}' as {form} at byte {at}");
            }
        }

        ReadOnlySpan<byte> gzip = [0x1f, 0x8b, 0x08];
        for (var start = bytes.IndexOf(gzip); start >= 0 && depth < DepthMax;)
        {
            Scan($"{name}, gzip at byte {start}", Inflate(bytes[start..].ToArray()), found, depth + 1);
            var next = bytes[(start + 1)..].IndexOf(gzip);
            start = next < 0 ? -1 : start + 1 + next;
        }
    }

    private static byte[] Inflate(byte[] bytes)
    {
        using var inflated = new MemoryStream();
        try
        {
            using var gzip = new GZipStream(new MemoryStream(bytes), CompressionMode.Decompress);
            var buffer = new byte[64 * 1024];
            for (var read = gzip.Read(buffer); read > 0 && inflated.Length < InflatedMax; read = gzip.Read(buffer))
            {
                inflated.Write(buffer, 0, read);
            }
        }
        catch (InvalidDataException)
        {
            // It only looked like gzip, or goes on with something else: what was inflated so far is scanned all the same.
        }

        return inflated.ToArray();
    }
}
