using Microsoft.Extensions.Options;
using OrleansSeg.Model.Bundles;
using OrleansSeg.Models;
using OrleansSeg.Persistence.AzureTables;

namespace OrleansSeg.Silo.Storage.Azure;

/// <summary>Model bundles in Azure Blobs; each silo keeps those it used in a folder of its own.</summary>
internal sealed class AzureModelStore(AzureBlobBundleStore blobs, IOptions<FolderModelStoreOptions> folder, TimeProvider time) : IModelStore
{
    // A bundle that is younger may not be published yet.
    private static readonly TimeSpan UnpublishedAgeMax = TimeSpan.FromHours(1);

    /// <inheritdoc />
    public string LocalFolder => folder.Value.Directory;

    /// <inheritdoc />
    public Task PublishAsync(string hash, CancellationToken cancellationToken) =>
        RunAsync(blobs.UploadAsync(LocalFolder, hash, cancellationToken));

    /// <inheritdoc />
    public Task FetchAsync(string hash, CancellationToken cancellationToken) =>
        RunAsync(blobs.FetchAsync(LocalFolder, hash, cancellationToken));

    /// <inheritdoc />
    public async Task RemoveAsync(string hash, CancellationToken cancellationToken)
    {
        await RunAsync(blobs.RemoveAsync(hash, cancellationToken));
        await Task.Run(() => BundleFolder.Remove(LocalFolder, hash), cancellationToken);
    }

    /// <summary>Drops what this silo keeps of bundles that were removed, by whichever silo.</summary>
    /// <returns>Bundles dropped.</returns>
    public async Task<int> PruneAsync(CancellationToken cancellationToken)
    {
        var dropped = 0;
        foreach (var folder in Directory.Exists(LocalFolder) ? new DirectoryInfo(LocalFolder).GetDirectories() : [])
        {
            if (folder.Name is { Length: 64 } hash && hash.All(char.IsAsciiHexDigitLower)
                && time.GetUtcNow() - folder.LastWriteTimeUtc >= UnpublishedAgeMax && !await blobs.ExistsAsync(hash, cancellationToken))
            {
                await Task.Run(() => BundleFolder.Remove(LocalFolder, hash), cancellationToken);
                dropped++;
            }
        }

        return dropped;
    }

    private static async Task RunAsync(Task transfer)
    {
        try
        {
            await transfer.ConfigureAwait(false);
        }
        catch (BundleRefusedException exception)
        {
            throw new BundleCorruptException(exception.Message, exception);
        }
    }
}
