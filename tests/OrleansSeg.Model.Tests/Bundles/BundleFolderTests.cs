using CsCheck;
using OrleansSeg.Model.Bundles;

namespace OrleansSeg.Model.Tests.Bundles;

public sealed class BundleFolderTests : IDisposable
{
    private readonly string _store = Directory.CreateTempSubdirectory("orleansseg-bundles-").FullName;

    public void Dispose() => Directory.Delete(_store, recursive: true);

    [Fact]
    public void Bundle_Written_ReadsBack_AndTheSameAgainIsTheSameHash()
    {
        var files = Files();
        var hash = BundleFolder.Write(_store, files);
        Assert.Equal(hash, BundleFolder.Write(_store, files));
        Assert.Equal(files, BundleFolder.Read(_store, hash));
        Assert.Equal([hash], Directory.EnumerateDirectories(_store).Select(Path.GetFileName));
    }

    [Fact]
    public void AnyChangedByte_IsRefused()
    {
        var hash = BundleFolder.Write(_store, Files());
        var paths = Directory.GetFiles(Path.Combine(_store, hash));
        Gen.Select(Gen.Int[0, paths.Length - 1], Gen.Int[0, 10_000], Gen.Byte[1, 255]).Sample((file, at, change) =>
        {
            var original = File.ReadAllBytes(paths[file]);
            var changed = original.ToArray();
            changed[at % changed.Length] ^= change;
            File.WriteAllBytes(paths[file], changed);
            Assert.Throws<BundleCorruptException>(() => BundleFolder.Read(_store, hash));
            File.WriteAllBytes(paths[file], original);
        }, iter: 60, threads: 1);
        BundleFolder.Read(_store, hash);
    }

    [Fact]
    public void FilesCopied_AreTheBundleThatWritingThemMakes_AndAnyChangeIsFound()
    {
        var files = Files().Append(new("1_Pooling/config.json", [1, 2, 3])).ToDictionary();
        var elsewhere = Directory.CreateTempSubdirectory("orleansseg-files-");
        try
        {
            foreach (var (name, content) in files)
            {
                Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(elsewhere.FullName, name))!);
                File.WriteAllBytes(Path.Combine(elsewhere.FullName, name), content);
            }

            var hash = BundleFolder.Copy(_store, files.Keys.ToDictionary(name => name, name => Path.Combine(elsewhere.FullName, name)));
            Assert.Equal(BundleFolder.HashOf(files), hash);
            Assert.Equal(hash, BundleFolder.Copy(_store, files.Keys.ToDictionary(name => name, name => Path.Combine(elsewhere.FullName, name))));
            Assert.Equal([hash], Directory.EnumerateFileSystemEntries(_store).Select(Path.GetFileName));
            Assert.Equal(files, BundleFolder.Read(_store, hash));
            Assert.Equal(Path.Combine(_store, hash), BundleFolder.Check(_store, hash));
        }
        finally
        {
            elsewhere.Delete(recursive: true);
        }

        var folder = Directory.GetDirectories(_store).Single();
        File.WriteAllBytes(Path.Combine(folder, "1_Pooling", "config.json"), [1, 2, 4]);
        Assert.Contains("1_Pooling/config.json", Assert.Throws<BundleCorruptException>(() => BundleFolder.Check(_store, Path.GetFileName(folder))).Message, StringComparison.Ordinal);
        File.WriteAllBytes(Path.Combine(folder, "1_Pooling", "config.json"), [1, 2, 3]);
        File.WriteAllText(Path.Combine(folder, "1_Pooling", "more"), "");
        Assert.Throws<BundleCorruptException>(() => BundleFolder.Check(_store, Path.GetFileName(folder)));
    }

    [Fact]
    public void CopyOfAFileThatIsNotThere_LeavesNothing()
    {
        Assert.ThrowsAny<IOException>(() => BundleFolder.Copy(_store, new Dictionary<string, string> { ["a"] = Path.Combine(_store, "nothing") }));
        Assert.Empty(Directory.EnumerateFileSystemEntries(_store));
    }

    [Fact]
    public void Removal_TakesTheBundleAndNothingElse_AndIsHarmlessWhenRepeated()
    {
        var (gone, stays) = (BundleFolder.Write(_store, Files()), BundleFolder.Write(_store, new Dictionary<string, byte[]> { ["other"] = [1] }));
        for (var time = 0; time < 2; time++)
        {
            BundleFolder.Remove(_store, gone);
            Assert.Equal([stays], Directory.EnumerateFileSystemEntries(_store).Select(Path.GetFileName));
        }

        Assert.Throws<BundleCorruptException>(() => BundleFolder.Read(_store, gone));
        BundleFolder.Remove(Path.Combine(_store, "nowhere"), gone);
        Assert.Throws<ArgumentException>(() => BundleFolder.Remove(_store, ".."));
    }

    [Fact]
    public void RemovalThatWasBrokenOff_IsFinishedByTheNext_AndTheBundleCanBeWrittenAgain()
    {
        var hash = BundleFolder.Write(_store, Files());
        Directory.Move(Path.Combine(_store, hash), Path.Combine(_store, $".{hash}.removed"));
        BundleFolder.Remove(_store, hash);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_store));
        Assert.Equal(hash, BundleFolder.Write(_store, Files()));
        Assert.Equal(Files(), BundleFolder.Read(_store, hash));
    }

    [Fact]
    public void AFileMoreOrLess_OrNoBundle_IsRefused()
    {
        var hash = BundleFolder.Write(_store, Files());
        var extra = Path.Combine(_store, hash, "extra.bin");
        File.WriteAllText(extra, "x");
        Assert.Throws<BundleCorruptException>(() => BundleFolder.Read(_store, hash));
        File.Delete(extra);
        File.Delete(Path.Combine(_store, hash, "one.json"));
        Assert.Throws<BundleCorruptException>(() => BundleFolder.Read(_store, hash));
        Assert.Throws<BundleCorruptException>(() => BundleFolder.Read(_store, new string('0', 64)));
        Assert.Throws<BundleCorruptException>(() => BundleFolder.Read(_store, "../" + hash));
    }

    private static Dictionary<string, byte[]> Files() => new() { ["one.json"] = "{}"u8.ToArray(), ["two.bin"] = [1, 2, 3, 4] };
}
