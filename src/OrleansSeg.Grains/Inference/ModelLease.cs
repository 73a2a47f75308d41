using OrleansSeg.Model.Inference;

namespace OrleansSeg.Inference;

/// <summary>A loaded model that counts its borrowers, so that a swap frees the old one only after its last batch.</summary>
public sealed class ModelLease : IDisposable
{
    private readonly Counted<IScoringModel> _shared;
    private int _returned;

    private ModelLease(Counted<IScoringModel> shared) => _shared = shared;

    /// <summary>The model.</summary>
    public IScoringModel Model => _shared.Value;

    /// <summary>Takes ownership of a model; it is disposed when this and every lease rented from it are returned.</summary>
    public static ModelLease Own(IScoringModel model) => new(new Counted<IScoringModel>(model));

    /// <summary>Another lease of the same model, or null when all are returned already.</summary>
    public ModelLease? Rent() => _shared.TryAdd() ? new ModelLease(_shared) : null;

    /// <summary>Returns the lease.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _returned, 1) == 0)
        {
            _shared.Release();
        }
    }
}
