using Microsoft.Extensions.Options;
using OrleansSeg.Model.Bundles;
using OrleansSeg.Models;
using OrleansSeg.Persistence.AzureTables;

namespace OrleansSeg.Silo.Storage.Azure;

/// <summary>Model bundles in Azure Blobs; each silo keeps those it used in a folder of its own.</summary>
internal sealed class AzureModelStore(AzureBlobBundleStore blobs, IOptions<FolderModelStoreOptions> folder) : IModelStore
{
    /// <inheritdoc />
    public string LocalFolder => folder.Value.Directory;

    /// <inheritdoc />
    public Task PublishAsync(string hash, CancellationToken cancellationToken) =>
        RunAsync(blobs.UploadAsync(LocalFolder, hash, cancellationToken));

    /// <inheritdoc />
    public Task FetchAsync(string hash, CancellationToken cancellationToken) =>
        RunAsync(blobs.FetchAsync(LocalFolder, hash, cancellationToken));

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
