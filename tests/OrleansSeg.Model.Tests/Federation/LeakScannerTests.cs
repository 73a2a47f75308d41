using System.IO.Compression;
using System.Text;
using CsCheck;

namespace OrleansSeg.Model.Tests.Federation;

public sealed class LeakScannerTests
{
    private const string Canary = "Canary-Zürich-7731";
    private static readonly LeakScanner Scanner = new([Canary]);

    private static readonly Func<byte[], byte[]>[] Disguises =
    [
        bytes => bytes,
        bytes => Encoding.ASCII.GetBytes(Convert.ToHexString(bytes)),
        bytes => Encoding.ASCII.GetBytes(Convert.ToHexStringLower(bytes)),
        bytes => Encoding.ASCII.GetBytes(Convert.ToBase64String(bytes)),
        bytes => Encoding.ASCII.GetBytes(Convert.ToBase64String(bytes).Replace('+', '-').Replace('/', '_').TrimEnd('=')),
        GZip,
    ];

    [Fact]
    public void APlantedLeak_IsFound_HoweverItIsWritten() =>
        Gen.Select(Gen.Byte.Array[0, 40], Gen.Byte.Array[0, 40], Gen.Int[0, 2], Gen.Int[0, Disguises.Length - 1], Gen.Bool, Gen.Bool)
            .Sample((before, after, encoding, disguise, lower, wrapped) =>
            {
                var text = lower ? Canary.ToLowerInvariant() : Canary;
                var bytes = new[] { Encoding.UTF8, Encoding.Unicode, Encoding.BigEndianUnicode }[encoding].GetBytes(text);
                byte[] leak = [.. before, .. Disguises[disguise]([.. before, .. bytes, .. after]), .. after];
                Assert.NotEmpty(Scanner.Scan("message", wrapped ? GZip(leak) : leak));
            });

    [Fact]
    public void WhatDoesNotHoldIt_IsClean() =>
        Gen.Byte.Array[0, 2_000].Sample(bytes => Assert.Empty(Scanner.Scan("message", Disguises.Aggregate(bytes, (inner, wrap) => wrap(inner)))));

    [Fact]
    public void AFolder_IsScannedToItsLeaves_NamesIncluded()
    {
        var folder = Directory.CreateTempSubdirectory("orleansseg-leak-").FullName;
        Directory.CreateDirectory(Path.Combine(folder, "a", "b"));
        File.WriteAllText(Path.Combine(folder, "a", "b", "clean.txt"), "nothing");
        Assert.Empty(Scanner.ScanFolder(folder));
        File.WriteAllText(Path.Combine(folder, "a", "b", "leak.txt"), $"he said {Canary}");
        File.WriteAllText(Path.Combine(folder, "a", $"{Canary}.bin"), "");
        Assert.Equal(2, Scanner.ScanFolder(folder).Count);
        Directory.Delete(folder, recursive: true);
    }

    private static byte[] GZip(byte[] bytes)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest))
        {
            gzip.Write(bytes);
        }

        return packed.ToArray();
    }
}
