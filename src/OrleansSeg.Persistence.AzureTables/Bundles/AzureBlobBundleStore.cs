using Azure;
using Azure.Core.Pipeline;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;

namespace OrleansSeg.Persistence.AzureTables;

/// <summary>Model bundles in Azure Blob storage, named by the hash of their manifest.</summary>
/// <remarks>
/// A bundle is the blobs <c>{hash}/{file}</c> and, last of all, <c>{hash}/manifest.json</c>.
/// A bundle with a manifest is complete, because the manifest is written when every file's blocks are committed. Files are hashed while
/// they travel, in both directions; what does not match its hash is neither published nor kept.
/// </remarks>
public sealed class AzureBlobBundleStore
{
    private const string CredentialSettings = "AzureBlobs settings ConnectionString, or ServiceUri and Credential";

    private const int CommitTriesMax = 3;

    private readonly AzureBlobBundleOptions _options;
    private readonly StorageOperations _operations;
    private readonly BlobContainerClient _container;

    /// <summary>Makes the store; nothing is asked yet.</summary>
    /// <param name="options">Where the container is.</param>
    /// <param name="time">Measures time-outs.</param>
    public AzureBlobBundleStore(AzureBlobBundleOptions options, TimeProvider time)
        : this(options, time, null)
    {
    }

    internal AzureBlobBundleStore(AzureBlobBundleOptions options, TimeProvider time, HttpPipelineTransport? transport)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
        _operations = new StorageOperations(options, time, CredentialSettings);
        _container = AzureClients.CreateBlobs(options, transport).GetBlobContainerClient(options.Container);
    }

    /// <summary>Creates the container where it is not there yet.</summary>
    /// <returns>Whether it was created.</returns>
    /// <exception cref="StoreUnavailableException">The service did not answer.</exception>
    /// <exception cref="StoreRefusedException">The service refused.</exception>
    public Task<bool> CreateContainerAsync(CancellationToken cancellationToken) => RunAsync(
        "creation", "creation of the container",
        async token => await _container.CreateIfNotExistsAsync(cancellationToken: token).ConfigureAwait(false) is not null, cancellationToken);

    /// <summary>Uploads the bundle that lies in a folder named by its hash. One that is there already is left alone.</summary>
    /// <param name="bundles">Folder of bundles.</param>
    /// <param name="hash">The bundle's hash.</param>
    /// <param name="cancellationToken">Stops between two blocks; what was sent is invisible without its manifest.</param>
    /// <exception cref="BundleRefusedException">The folder does not hold what the hash says.</exception>
    /// <exception cref="StoreUnavailableException">The service did not answer.</exception>
    /// <exception cref="StoreRefusedException">The service refused.</exception>
    public async Task UploadAsync(string bundles, string hash, CancellationToken cancellationToken)
    {
        BundleManifest.CheckHash(hash);
        var folder = Path.Combine(bundles, hash);
        var manifest = BundleManifest.ReadFile(folder, hash);
        var files = BundleManifest.Read(hash, manifest);
        await CreateContainerAsync(cancellationToken).ConfigureAwait(false);
        var last = _container.GetBlobClient($"{hash}/{BundleManifest.FileName}");
        if ((await RunAsync("read", "look-up of a bundle", last.ExistsAsync, cancellationToken).ConfigureAwait(false)).Value)
        {
            return;
        }

        foreach (var (name, expected) in files)
        {
            await UploadFileAsync(folder, hash, name, expected, cancellationToken).ConfigureAwait(false);
        }

        await RunAsync(
            "write", "upload of a manifest",
            token => last.UploadAsync(new BinaryData(manifest), overwrite: true, token), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Makes sure that a bundle lies in a folder named by its hash, whole or not at all. One that is there already is left alone.</summary>
    /// <param name="bundles">Folder of bundles; created when absent.</param>
    /// <param name="hash">The bundle's hash.</param>
    /// <param name="cancellationToken">Stops between two reads.</param>
    /// <exception cref="BundleRefusedException">The container has no such bundle, or a file is not what its hash says.</exception>
    /// <exception cref="StoreUnavailableException">The service did not answer.</exception>
    /// <exception cref="StoreRefusedException">The service refused.</exception>
    public async Task FetchAsync(string bundles, string hash, CancellationToken cancellationToken)
    {
        BundleManifest.CheckHash(hash);
        var target = Path.Combine(bundles, hash);
        if (Directory.Exists(target))
        {
            return;
        }

        var manifest = await DownloadManifestAsync(hash, cancellationToken).ConfigureAwait(false);
        var aside = Path.Combine(bundles, $".{hash}.{Guid.NewGuid():N}");
        Directory.CreateDirectory(aside);
        try
        {
            await DownloadFilesAsync(aside, hash, BundleManifest.Read(hash, manifest), cancellationToken).ConfigureAwait(false);
            await BlobTransfer.WriteThroughAsync(Path.Combine(aside, BundleManifest.FileName), manifest, cancellationToken).ConfigureAwait(false);
            Directory.Move(aside, target);
        }
        catch (IOException exception) when (exception is not StoreUnavailableException && Directory.Exists(target))
        {
            // Another fetch of the same bundle was first, and hashes make it the same.
        }
        finally
        {
            if (Directory.Exists(aside))
            {
                Directory.Delete(aside, recursive: true);
            }
        }
    }

    /// <summary>Whether the container has a bundle, whole.</summary>
    /// <param name="hash">The bundle's hash.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <exception cref="StoreUnavailableException">The service did not answer.</exception>
    /// <exception cref="StoreRefusedException">The service refused.</exception>
    public async Task<bool> ExistsAsync(string hash, CancellationToken cancellationToken)
    {
        BundleManifest.CheckHash(hash);
        var manifest = _container.GetBlobClient($"{hash}/{BundleManifest.FileName}");
        return (await RunAsync("read", "look-up of a bundle", manifest.ExistsAsync, cancellationToken).ConfigureAwait(false)).Value;
    }

    /// <summary>Removes a bundle: its manifest first, so that nobody fetches a part of it. One that is not there is no fault, and what a broken removal or upload left goes too.</summary>
    /// <param name="hash">The bundle's hash.</param>
    /// <param name="cancellationToken">Stops between two files.</param>
    /// <exception cref="StoreUnavailableException">The service did not answer.</exception>
    /// <exception cref="StoreRefusedException">The service refused.</exception>
    public async Task RemoveAsync(string hash, CancellationToken cancellationToken)
    {
        BundleManifest.CheckHash(hash);
        try
        {
            await RemoveFileAsync($"{hash}/{BundleManifest.FileName}", cancellationToken).ConfigureAwait(false);
            foreach (var name in await ListFilesAsync(hash, cancellationToken).ConfigureAwait(false))
            {
                await RemoveFileAsync(name, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (RequestFailedException exception) when (exception.Status == 404)
        {
            // No container, no bundle.
        }
    }

    private Task<List<string>> ListFilesAsync(string hash, CancellationToken cancellationToken) => RunAsync(
        "read", "listing of a bundle",
        async token =>
        {
            var names = new List<string>();
            await foreach (var blob in _container.GetBlobsAsync(new GetBlobsOptions { Prefix = $"{hash}/" }, token).ConfigureAwait(false))
            {
                names.Add(blob.Name);
            }

            return names;
        },
        cancellationToken);

    private Task RemoveFileAsync(string name, CancellationToken cancellationToken) => RunAsync(
        "write", "removal of a file",
        token => _container.GetBlobClient(name).DeleteIfExistsAsync(DeleteSnapshotsOption.IncludeSnapshots, cancellationToken: token), cancellationToken);

    private async Task UploadFileAsync(string folder, string hash, string name, string expected, CancellationToken cancellationToken)
    {
        var transfer = new BlobTransfer(_container, _operations, _options.BlockSize);
        for (var tries = 1; ; tries++)
        {
            var found = await transfer.StageAsync(folder, $"{hash}/{name}", name, cancellationToken).ConfigureAwait(false);
            BundleManifest.CheckFile(hash, name, expected, found.Sha256);
            try
            {
                await transfer.CommitAsync($"{hash}/{name}", found.Blocks, cancellationToken).ConfigureAwait(false);
                return;
            }
            catch (StoreRefusedException exception) when (
                tries < CommitTriesMax && exception.InnerException is RequestFailedException { ErrorCode: "InvalidBlockList" })
            {
                // A commit throws away the blocks that another upload of the same file has staged.
            }
        }
    }

    private async Task DownloadFilesAsync(
        string folder, string hash, IReadOnlyDictionary<string, string> files, CancellationToken cancellationToken)
    {
        var transfer = new BlobTransfer(_container, _operations, _options.BlockSize);
        var left = _options.BundleSizeMax;
        foreach (var (name, expected) in files)
        {
            var found = await transfer.DownloadAsync($"{hash}/{name}", Path.Combine(folder, name), left, cancellationToken).ConfigureAwait(false);
            left -= found.Length;
            BundleManifest.CheckFile(hash, name, expected, found.Sha256);
        }
    }

    private async Task<byte[]> DownloadManifestAsync(string hash, CancellationToken cancellationToken)
    {
        var blob = _container.GetBlobClient($"{hash}/{BundleManifest.FileName}");
        var range = new BlobDownloadOptions { Range = new HttpRange(0, BundleManifest.LengthMax) };
        try
        {
            var answer = await RunAsync(
                "read", "read of a manifest", token => blob.DownloadContentAsync(range, token), cancellationToken).ConfigureAwait(false);
            return answer.Value.Content.ToArray();
        }
        catch (RequestFailedException exception) when (exception.Status == 404)
        {
            throw new BundleRefusedException($"The container {_options.Container} has no bundle {hash}.", exception);
        }
    }

    private Task<TResult> RunAsync<TResult>(
        string operation, string what, Func<CancellationToken, Task<TResult>> run, CancellationToken cancellationToken) =>
        _operations.RunAsync(operation, $"{what} in container {_options.Container}", run, cancellationToken);
}
