using OrleansSeg.Inference;

namespace OrleansSeg.Models;

/// <summary>Loads a registered bundle into a model that is ready to score.</summary>
internal interface IScoringModelLoader
{
    /// <summary>Fetches, checks and loads the bundle, and scores once to warm up.</summary>
    /// <exception cref="Model.Bundles.BundleCorruptException">The bundle is missing or not what its hash says.</exception>
    Task<IScoringModel> LoadAsync(ModelReference reference, CancellationToken cancellationToken);
}
