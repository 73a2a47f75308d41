namespace OrleansSeg.Models;

/// <summary>Where bundles lie, named by the hash of their manifest.</summary>
public interface IModelStore
{
    /// <summary>A local folder of bundles in which trainers write new ones.</summary>
    string LocalFolder { get; }

    /// <summary>Makes a bundle that lies in <see cref="LocalFolder"/> readable for every silo.</summary>
    Task PublishAsync(string hash, CancellationToken cancellationToken);

    /// <summary>Makes sure that a published bundle lies in <see cref="LocalFolder"/>.</summary>
    /// <exception cref="Model.Bundles.BundleCorruptException">The store has no such bundle.</exception>
    Task FetchAsync(string hash, CancellationToken cancellationToken);

    /// <summary>Removes a bundle for every silo; one that is not there is no fault. Who needs it still is the caller's to know.</summary>
    Task RemoveAsync(string hash, CancellationToken cancellationToken);
}
