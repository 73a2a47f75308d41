using System.Diagnostics;
using OrleansSeg.Cli.Output;
using OrleansSeg.Cli.Tagging;
using OrleansSeg.Model.Text.Classification;
using OrleansSeg.Model.Text.FineTuning;

namespace OrleansSeg.Cli.Classification;

/// <summary>A classifier that was trained.</summary>
/// <param name="Method">How.</param>
/// <param name="Report">How well it tells the texts it did not learn from.</param>
/// <param name="TrainedWeights">Numbers that were trained.</param>
/// <param name="AllWeights">Numbers it has.</param>
/// <param name="TrainedShare">The first over the second.</param>
/// <param name="TrainingBytes">Bytes of gradients and of the optimizer's moments.</param>
/// <param name="Seconds">Time of the training.</param>
/// <param name="TextsPerSecond">Texts that it tells in a second afterwards.</param>
internal sealed record ClassifierRun(
    string Method, ClassificationReport Report, long TrainedWeights, long AllWeights, double TrainedShare, long TrainingBytes, double Seconds, double TextsPerSecond)
{
    /// <summary>Trains one on an encoder of a folder.</summary>
    /// <param name="output">Where progress goes.</param>
    /// <param name="encoder">The encoder's folder.</param>
    /// <param name="method">What the method is called.</param>
    /// <param name="options">How to train.</param>
    /// <param name="labels">What to tell.</param>
    /// <param name="training">The texts to learn from.</param>
    /// <param name="held">The texts to measure on, and to choose the epoch by where one is to be chosen.</param>
    /// <param name="cancellationToken">Stops between two batches.</param>
    public static async Task<(ClassifierRun Run, TextClassifier Classifier, IReadOnlyDictionary<string, byte[]> TokenizerFiles)> TrainAsync(
        VerbOutput output, string encoder, string method, FineTuningOptions options, IReadOnlyList<string> labels, IReadOnlyList<LabelledText> training,
        IReadOnlyList<LabelledText> held, CancellationToken cancellationToken)
    {
        var (trainer, files) = TextClassifierTrainer.Of(encoder, options);
        var (classifier, figures) = await ProgressDisplay.RunAsync(output, $"Training, {method}", report => Task.Run(
            () => trainer.Train(labels, training, held, new ToldEpochs(report), cancellationToken), cancellationToken));
        var clock = Stopwatch.StartNew();
        var told = classifier.Classify([.. held.Select(text => text.Text)], cancellationToken);
        var rate = held.Count / clock.Elapsed.TotalSeconds;
        var report = ClassificationReport.Of(labels, held, told);
        return (
            new ClassifierRun(
                method, report, figures.TrainedWeights, figures.AllWeights, figures.TrainedShare, figures.TrainingBytes, Math.Round(figures.Took.TotalSeconds, 1), Math.Round(rate)),
            classifier,
            files);
    }
}
