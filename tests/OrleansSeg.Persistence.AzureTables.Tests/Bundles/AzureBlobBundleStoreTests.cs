using System.Text;
using Azure.Core.Pipeline;
using Azure.Storage.Blobs;

namespace OrleansSeg.Persistence.AzureTables.Tests;

[Collection(AzuriteTests.Name)]
public sealed class AzureBlobBundleStoreTests(AzuriteFixture azurite) : IDisposable
{
    private const int BlockSize = 64 * 1024;

    private readonly TestBundles _here = new();
    private readonly TestBundles _there = new();
    private readonly FaultyHandler _faults = new();
    private readonly string _container = $"models-{Guid.NewGuid():N}";

    public static TheoryData<string, string> StrangeManifests => new()
    {
        { "[]", "is no JSON object of names and hashes" },
        { "{}", "names 0 files" },
        { """{"../escape":"HASH"}""", "'../escape'" },
        { """{".hidden":"HASH"}""", "'.hidden'" },
        { """{"a/../b":"HASH"}""", "'a/../b'" },
        { """{"/a":"HASH"}""", "'/a'" },
        { """{"a/b/c":"HASH"}""", "'a/b/c'" },
        { """{"a\\b":"HASH"}""", "which is no file within the bundle" },
        { """{"manifest.json":"HASH"}""", "'manifest.json'" },
        { """{"config.json":"not-a-hash"}""", "'not-a-hash'" },
        { """{"config.json":null}""", "'config.json'" },
    };

    public void Dispose()
    {
        _here.Dispose();
        _there.Dispose();
        _faults.Dispose();
    }

    [SkippableFact]
    public async Task Bundle_OfSmallEmptyAndManyBlockFiles_ArrivesWhole()
    {
        var hash = _here.Write(
            ("config.json", Encoding.UTF8.GetBytes("{}")), ("empty", []), ("model.safetensors", Noise((3 * BlockSize) + 17)), ("exact", Noise(2 * BlockSize)), ("1_Pooling/config.json", Encoding.UTF8.GetBytes("{}")));
        await Store().UploadAsync(_here.Folder, hash, default);
        await Store().FetchAsync(_there.Folder, hash, default);
        Assert.Equal(_here.Read(hash), _there.Read(hash));
        Assert.Equal([hash], Directory.EnumerateFileSystemEntries(_there.Folder).Select(path => Path.GetFileName(path)));
    }

    [SkippableFact]
    public async Task Upload_NamesBlobsByTheBundlesHash()
    {
        var hash = _here.Write(("a", Noise(10)), ("b", Noise(20)));
        await Store().UploadAsync(_here.Folder, hash, default);
        var blobs = await Container().GetBlobsAsync().ToListAsync();
        Assert.Equal([$"{hash}/a", $"{hash}/b", $"{hash}/manifest.json"], blobs.Select(blob => blob.Name).Order(StringComparer.Ordinal));
    }

    [SkippableFact]
    public async Task UploadThatBreaks_LeavesNoBundle_AndIsDoneAgain()
    {
        var hash = _here.Write(("a", Noise(10)), ("b", Noise(3 * BlockSize)));

        // Container, look-up, block and commit of the first file, one block of the second.
        _faults.Plan([.. Enumerable.Repeat(Fault.None, 5), Fault.BreakBefore]);
        await Assert.ThrowsAsync<StoreUnavailableException>(() => Store(options => options.RetriesMax = 0).UploadAsync(_here.Folder, hash, default));
        Assert.Equal([$"{hash}/a"], await Container().GetBlobsAsync().Select(blob => blob.Name).ToListAsync());
        await Assert.ThrowsAsync<BundleRefusedException>(() => Store().FetchAsync(_there.Folder, hash, default));

        _faults.Plan();
        await Store().UploadAsync(_here.Folder, hash, default);
        await Store().FetchAsync(_there.Folder, hash, default);
        Assert.Equal(_here.Read(hash), _there.Read(hash));
    }

    [SkippableFact]
    public async Task ThrottledTransfer_IsSentAgain()
    {
        var hash = _here.Write(("a", Noise(3 * BlockSize)));
        _faults.Plan([.. Enumerable.Repeat(new[] { Fault.Status(503, "ServerBusy"), Fault.None }, 10).SelectMany(pair => pair)]);
        await Store().UploadAsync(_here.Folder, hash, default);
        _faults.Plan([.. Enumerable.Repeat(new[] { Fault.BreakBefore, Fault.None }, 10).SelectMany(pair => pair)]);
        await Store().FetchAsync(_there.Folder, hash, default);
        Assert.Equal(_here.Read(hash), _there.Read(hash));
    }

    [SkippableFact]
    public async Task ManyUploadsAndFetches_OfOneBundle_AllSucceed()
    {
        var hash = _here.Write(("a", Noise(3 * BlockSize)), ("b", Noise(BlockSize)));
        await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => Store().UploadAsync(_here.Folder, hash, default)));
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Store().FetchAsync(_there.Folder, hash, default)));
        Assert.Equal(_here.Read(hash), _there.Read(hash));
        Assert.Single(Directory.EnumerateFileSystemEntries(_there.Folder));
    }

    [SkippableFact]
    public async Task UploadOfABundleThatIsThere_SendsNoFile()
    {
        var hash = _here.Write(("a", Noise(10)));
        await Store().UploadAsync(_here.Folder, hash, default);
        _faults.Plan();
        await Store().UploadAsync(_here.Folder, hash, default);
        Assert.Equal(2, _faults.Count);
    }

    [SkippableFact]
    public async Task FetchOfABundleThatIsHere_AsksNobody()
    {
        var hash = _here.Write(("a", Noise(10)));
        await Store().FetchAsync(_here.Folder, hash, default);
        Assert.Equal(0, _faults.Count);
    }

    [SkippableFact]
    public async Task LocalFile_ThatIsNotWhatTheManifestSays_IsNotPublished()
    {
        var content = Noise(10);
        var hash = _here.Write(("a", content));
        content[0]++;
        File.WriteAllBytes(Path.Combine(_here.Folder, hash, "a"), content);
        var refusal = await Assert.ThrowsAsync<BundleRefusedException>(() => Store().UploadAsync(_here.Folder, hash, default));
        Assert.StartsWith($"a of bundle {hash} has SHA-256 {TestBundles.Hash(content)}, expected ", refusal.Message, StringComparison.Ordinal);
        Assert.Empty(await Container().GetBlobsAsync().ToListAsync());

        File.Delete(Path.Combine(_here.Folder, hash, "a"));
        await Assert.ThrowsAsync<BundleRefusedException>(() => Store().UploadAsync(_here.Folder, hash, default));
    }

    [SkippableTheory]
    [InlineData("a")]
    [InlineData("manifest.json")]
    public async Task RemoteFile_ThatWasChanged_IsRefused_AndNothingIsKept(string name)
    {
        var hash = _here.Write(("a", Noise(2 * BlockSize)), ("b", Noise(10)));
        await Store().UploadAsync(_here.Folder, hash, default);
        await Container().GetBlobClient($"{hash}/{name}").UploadAsync(new BinaryData("tampered"), overwrite: true);
        await Assert.ThrowsAsync<BundleRefusedException>(() => Store().FetchAsync(_there.Folder, hash, default));
        Assert.Empty(Directory.EnumerateFileSystemEntries(_there.Folder));
    }

    [SkippableFact]
    public async Task RemoteFile_ThatIsMissingOrReplacedWhileItIsRead_IsRefused()
    {
        var hash = _here.Write(("a", Noise(3 * BlockSize)));
        await Store().UploadAsync(_here.Folder, hash, default);
        var blob = Container().GetBlobClient($"{hash}/a");

        // Manifest, properties, first range, and then another blob.
        _faults.Plan(Fault.None, Fault.None, Fault.None, Fault.After(() => blob.UploadAsync(new BinaryData(Noise(3 * BlockSize)), overwrite: true)));
        await Assert.ThrowsAsync<BundleRefusedException>(() => Store().FetchAsync(_there.Folder, hash, default));
        _faults.Plan();
        await blob.DeleteAsync();
        await Assert.ThrowsAsync<BundleRefusedException>(() => Store().FetchAsync(_there.Folder, hash, default));
        Assert.Empty(Directory.EnumerateFileSystemEntries(_there.Folder));
    }

    [SkippableFact]
    public async Task BundleLargerThanTheBound_IsRefused_BeforeItsFilesAreRead()
    {
        var hash = _here.Write(("a", Noise(1_000_000)), ("b", Noise(100_000)));
        await Store().UploadAsync(_here.Folder, hash, default);
        var refusal = await Assert.ThrowsAsync<BundleRefusedException>(
            () => Store(options => options.BundleSizeMax = 1 << 20).FetchAsync(_there.Folder, hash, default));
        Assert.Contains("BundleSizeMax", refusal.Message, StringComparison.Ordinal);
    }

    [SkippableTheory]
    [MemberData(nameof(StrangeManifests))]
    public async Task StrangeManifest_IsRefused_InBothDirections(string manifest, string complaint)
    {
        var bytes = Encoding.UTF8.GetBytes(manifest.Replace("HASH", new string('0', 64), StringComparison.Ordinal));
        var hash = _here.WriteManifest(bytes);
        var refusal = await Assert.ThrowsAsync<BundleRefusedException>(() => Store().UploadAsync(_here.Folder, hash, default));
        Assert.Contains(complaint, refusal.Message, StringComparison.Ordinal);

        await Container().CreateIfNotExistsAsync();
        await Container().GetBlobClient($"{hash}/manifest.json").UploadAsync(new BinaryData(bytes));
        await Assert.ThrowsAsync<BundleRefusedException>(() => Store().FetchAsync(_there.Folder, hash, default));
        Assert.Empty(Directory.EnumerateFileSystemEntries(_there.Folder));
    }

    [SkippableTheory]
    [InlineData("")]
    [InlineData("..")]
    [InlineData("ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789")]
    public async Task NameThatIsNoHash_IsRefused(string hash)
    {
        await Assert.ThrowsAsync<BundleRefusedException>(() => Store().UploadAsync(_here.Folder, hash, default));
        await Assert.ThrowsAsync<BundleRefusedException>(() => Store().FetchAsync(_there.Folder, hash, default));
        await Assert.ThrowsAsync<BundleRefusedException>(() => Store().RemoveAsync(hash, default));
    }

    [SkippableFact]
    public async Task BundleThatIsNowhere_IsRefused()
    {
        var hash = new string('0', 64);
        await Assert.ThrowsAsync<BundleRefusedException>(() => Store().FetchAsync(_there.Folder, hash, default));
        await Container().CreateIfNotExistsAsync();
        await Assert.ThrowsAsync<BundleRefusedException>(() => Store().FetchAsync(_there.Folder, hash, default));
        await Assert.ThrowsAsync<BundleRefusedException>(() => Store().UploadAsync(_here.Folder, hash, default));
    }

    [SkippableFact]
    public async Task Removal_TakesAllFilesOfTheBundleAndNoOther_AndIsHarmlessWhenRepeated()
    {
        var (gone, stays) = (_here.Write(("a", Noise(10)), ("b", Noise(2 * BlockSize))), _here.Write(("a", Noise(11))));
        await Store().RemoveAsync(gone, default);
        await Store().UploadAsync(_here.Folder, gone, default);
        await Store().UploadAsync(_here.Folder, stays, default);
        Assert.True(await Store().ExistsAsync(gone, default));
        for (var time = 0; time < 2; time++)
        {
            await Store().RemoveAsync(gone, default);
            Assert.Equal([$"{stays}/a", $"{stays}/manifest.json"], (await NamesAsync()).Order(StringComparer.Ordinal));
        }

        Assert.Equal((false, true), (await Store().ExistsAsync(gone, default), await Store().ExistsAsync(stays, default)));
        await Assert.ThrowsAsync<BundleRefusedException>(() => Store().FetchAsync(_there.Folder, gone, default));
        await Store().UploadAsync(_here.Folder, gone, default);
        await Store().FetchAsync(_there.Folder, gone, default);
        Assert.Equal(_here.Read(gone), _there.Read(gone));
    }

    [SkippableFact]
    public async Task RemovalThatBreaks_LeavesNoBundle_AndIsFinishedByTheNext()
    {
        var hash = _here.Write(("a", Noise(10)), ("b", Noise(10)));
        await Store().UploadAsync(_here.Folder, hash, default);

        // The manifest and the listing; the first file is too much.
        _faults.Plan(Fault.None, Fault.None, Fault.BreakBefore);
        await Assert.ThrowsAsync<StoreUnavailableException>(() => Store(options => options.RetriesMax = 0).RemoveAsync(hash, default));
        Assert.Equal(2, (await NamesAsync()).Count);
        await Assert.ThrowsAsync<BundleRefusedException>(() => Store().FetchAsync(_there.Folder, hash, default));
        _faults.Plan();
        await Store().RemoveAsync(hash, default);
        Assert.Empty(await NamesAsync());
    }

    private async Task<List<string>> NamesAsync() => await Container().GetBlobsAsync().Select(blob => blob.Name).ToListAsync();

    private static byte[] Noise(int size)
    {
        var noise = new byte[size];
        new Random(size).NextBytes(noise);
        return noise;
    }

    private AzureBlobBundleStore Store(Action<AzureBlobBundleOptions>? configure = null)
    {
        var options = new AzureBlobBundleOptions
        {
            ConnectionString = azurite.ConnectionString,
            Container = _container,
            BlockSize = BlockSize,
            RetryDelay = TimeSpan.FromMilliseconds(1),
        };
        configure?.Invoke(options);
        return new AzureBlobBundleStore(options, TimeProvider.System, new HttpClientTransport(new HttpClient(_faults, disposeHandler: false)));
    }

    private BlobContainerClient Container() => new(azurite.ConnectionString, _container);
}
