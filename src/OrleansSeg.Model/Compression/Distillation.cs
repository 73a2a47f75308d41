using OrleansSeg.Model.Text.Checkpoints;
using OrleansSeg.Model.Text.FineTuning;
using OrleansSeg.Model.Text.Pooling;
using OrleansSeg.Model.Text.Transformer;
using OrleansSeg.Model.Training;
using static TorchSharp.torch;

namespace OrleansSeg.Model.Compression;

/// <summary>Teaches a smaller model what a larger one tells of texts, which need no labels. B texts, T tokens, H width of the teacher.</summary>
/// <remarks>
/// Labels: cross-entropy with the teacher's probabilities, both softened (Hinton et al. 2015, arXiv:1503.02531). Vectors: their direction.
/// Beside either, the last states of the tokens, through a product where the student is narrower (Jiao et al. 2020, arXiv:1909.10351, eq. 8). Differs:
/// states are compared over the spread of the teacher's. The same texts and seed give bitwise the same student on one machine with one thread count.
/// </remarks>
public static class Distillation
{
    private const int HeldOutEvery = 20;

    /// <summary>Teaches a student that has the teacher's width, such as one that layers, heads or neurons were cut out of.</summary>
    /// <param name="teacher">The teacher; it stays as it is.</param>
    /// <param name="student">Where the student begins; it stays as it is.</param>
    /// <param name="texts">Token ids of texts, at least two; one in twenty is held out to choose the epoch by.</param>
    /// <param name="options">How to teach.</param>
    /// <param name="progress">Told of each epoch; may be null.</param>
    /// <param name="cancellationToken">Stops between two batches.</param>
    /// <returns>The student that was taught.</returns>
    /// <exception cref="ArgumentException">An option is out of bounds.</exception>
    /// <exception cref="InsufficientDataException">There are fewer than two texts.</exception>
    public static TextModel Teach(
        TextModel teacher, TextModel student, IReadOnlyList<int[]> texts, DistillationOptions options, IProgress<TrainingProgress>? progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(teacher);
        ArgumentNullException.ThrowIfNull(student);
        ArgumentNullException.ThrowIfNull(options);
        options.Check();
        using var learning = student.Reshaped(student.Config with { Dropout = 0 }, WeightsOf(student));
        Run(teacher, learning, null, texts, options, 3e-4, progress, cancellationToken);
        return learning.Reshaped(student.Config, WeightsOf(learning));
    }

    /// <summary>Teaches a new, narrower student: its tables begin as what is largest of the teacher's, its layers with drawn weights.</summary>
    /// <remarks>An encoder's vectors keep the teacher's width, by a product after the pooling; a head of masked tokens is left behind.</remarks>
    /// <param name="teacher">The teacher; it stays as it is.</param>
    /// <param name="shape">Width, heads, layers of the student.</param>
    /// <param name="texts">Token ids of texts, at least two; one in twenty is held out to choose the epoch by.</param>
    /// <param name="options">How to teach.</param>
    /// <param name="progress">Told of each epoch; may be null.</param>
    /// <param name="cancellationToken">Stops between two batches.</param>
    /// <exception cref="ArgumentException">An option is out of bounds, the shape cannot be, or the teacher's pooling cannot be told by a narrower student.</exception>
    /// <exception cref="InsufficientDataException">There are fewer than two texts.</exception>
    public static TextModel TeachNarrower(
        TextModel teacher, StudentShape shape, IReadOnlyList<int[]> texts, DistillationOptions options, IProgress<TrainingProgress>? progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(teacher);
        ArgumentNullException.ThrowIfNull(shape);
        ArgumentNullException.ThrowIfNull(options);
        options.Check();
        var config = shape.ConfigOf(teacher);
        using var projection = new PoolingDense(config.Hidden, teacher.Config.Hidden, activation: null);
        using var learning = NarrowStudent.Begin(teacher, config with { Dropout = 0 }, projection, options.Seed);
        Run(teacher, learning, projection, texts, options, 1e-3, progress, cancellationToken);
        var files = teacher.Head is null or MaskedHead
            ? teacher.Files.Where(file => !file.Key.Contains('/', StringComparison.Ordinal) && file.Key != "modules.json").Concat(PoolingFiles.BytesOf(teacher.Pooling.Kind, projection, config.Hidden, teacher.Pooling.IsNormalized)).ToDictionary()
            : teacher.Files;
        return learning.Reshaped(config, WeightsOf(learning), files);
    }

    private static Func<string, Tensor> WeightsOf(TextModel model)
    {
        var weights = model.Encoder.named_parameters().ToDictionary(pair => pair.name, pair => (Tensor)pair.parameter);
        return name => weights[name];
    }

    private static void Run(
        TextModel teacher, TextModel student, PoolingDense? projection, IReadOnlyList<int[]> texts, DistillationOptions options, double usualRate,
        IProgress<TrainingProgress>? progress, CancellationToken cancellationToken)
    {
        if (texts.Count < 2)
        {
            throw new InsufficientDataException($"A student needs two texts at least to learn from; there are {texts.Count}.");
        }

        var heldOut = texts.Where((_, number) => number % HeldOutEvery == 0).ToList();
        var learned = texts.Where((_, number) => number % HeldOutEvery != 0).ToList();
        var tuning = new FineTuningOptions { Epochs = options.Epochs, BatchSize = options.BatchSize, LearningRate = options.LearningRate ?? usualRate, Seed = options.Seed };
        var trained = new TaughtParts(student.Head is MaskedHead ? null : student.Head, projection);
        new DistillationTask(teacher, student, projection, options, heldOut).Run(student.Encoder, trained, null, tuning, learned, progress, cancellationToken);
    }
}
