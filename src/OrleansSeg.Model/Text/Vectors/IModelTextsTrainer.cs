using OrleansSeg.Model.Training;

namespace OrleansSeg.Model.Text.Vectors;

/// <summary>Fits how a customer model reads texts, before its network is trained.</summary>
public interface IModelTextsTrainer
{
    /// <summary>Fits on what was known before the cutoffs of training examples.</summary>
    /// <param name="examples">The examples.</param>
    /// <param name="width">Width of the vectors wanted (X).</param>
    /// <param name="seed">Seed of everything random.</param>
    /// <param name="progress">Told of each epoch; may be null.</param>
    /// <param name="cancellationToken">Stops between batches.</param>
    IModelTexts Fit(
        IReadOnlyList<Example> examples, int width, int seed, IProgress<TrainingProgress>? progress, CancellationToken cancellationToken);
}
