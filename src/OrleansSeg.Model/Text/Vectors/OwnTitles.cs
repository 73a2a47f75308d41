using OrleansSeg.Model.Training;

namespace OrleansSeg.Model.Text.Vectors;

/// <summary>The model's own small title vectors, of what was bought together: no encoder is needed beside it.</summary>
public sealed class OwnTitles : IModelTextsTrainer
{
    /// <summary>Most pairs of titles that are trained on.</summary>
    internal const int PairsMax = 60_000;

    private const int Epochs = 3;
    private const int VocabularyMax = 4_000;

    /// <inheritdoc />
    public IModelTexts Fit(
        IReadOnlyList<Example> examples, int width, int seed, IProgress<TrainingProgress>? progress, CancellationToken cancellationToken)
    {
        var (pairs, texts) = TextPairs.Of(examples, PairsMax, seed);
        return TitleEncoderTrainer.Train(pairs, texts, width, VocabularyMax, Epochs, seed, progress, cancellationToken);
    }
}

/// <summary>No texts at all.</summary>
public sealed class NoTexts : IModelTextsTrainer
{
    /// <inheritdoc />
    public IModelTexts Fit(
        IReadOnlyList<Example> examples, int width, int seed, IProgress<TrainingProgress>? progress, CancellationToken cancellationToken) => TitleEncoder.None;
}
