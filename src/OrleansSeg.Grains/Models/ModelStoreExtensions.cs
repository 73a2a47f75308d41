using OrleansSeg.Model.Bundles;

namespace OrleansSeg.Models;

/// <summary>What is done with every model store.</summary>
internal static class ModelStoreExtensions
{
    /// <summary>Writes a bundle where every silo can read it.</summary>
    /// <returns>Its hash.</returns>
    public static async Task<string> WriteAsync(this IModelStore store, IReadOnlyDictionary<string, byte[]> files, CancellationToken cancellationToken)
    {
        var hash = BundleFolder.Write(store.LocalFolder, files);
        await store.PublishAsync(hash, cancellationToken);
        return hash;
    }
}
