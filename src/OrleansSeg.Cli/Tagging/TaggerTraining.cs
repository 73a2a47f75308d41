using System.Diagnostics;
using OrleansSeg.Cli.Output;
using OrleansSeg.Model.Text.FineTuning;
using OrleansSeg.Model.Text.Tagging;

namespace OrleansSeg.Cli.Tagging;

/// <summary>Trains taggers on a file's texts, on an encoder of a folder.</summary>
/// <param name="output">Where progress goes.</param>
internal sealed class TaggerTraining(VerbOutput output)
{
    /// <summary>Trains one.</summary>
    /// <param name="encoder">The encoder's folder.</param>
    /// <param name="method">What it is called while it is trained.</param>
    /// <param name="options">How to train.</param>
    /// <param name="labels">What to tell.</param>
    /// <param name="training">The texts to learn from.</param>
    /// <param name="validation">The texts to choose the epoch by.</param>
    /// <param name="cancellationToken">Stops between two batches.</param>
    public async Task<(TaggerRun Run, TextTagger Tagger, IReadOnlyDictionary<string, byte[]> TokenizerFiles)> TrainAsync(
        string encoder, string method, FineTuningOptions options, TagLabels labels, IReadOnlyList<TaggedText> training, IReadOnlyList<TaggedText> validation,
        CancellationToken cancellationToken)
    {
        var (trainer, files) = TaggerTrainer.Of(encoder, options);
        var trained = await ProgressDisplay.RunAsync(output, $"Training, {method}", report => Task.Run(
            () => trainer.Train(labels, training, validation, new ToldEpochs(report), cancellationToken), cancellationToken));
        var clock = Stopwatch.StartNew();
        var report = TaggingReport.Of(labels, validation, trained.Tagger.TagWords(validation, cancellationToken));
        var figures = trained.Figures;
        return (
            new TaggerRun(
                method, report, figures.TrainedWeights, figures.AllWeights, figures.TrainedShare, figures.TrainingBytes, Math.Round(figures.Took.TotalSeconds, 1),
                Math.Round(validation.Count / clock.Elapsed.TotalSeconds)),
            trained.Tagger,
            files);
    }
}

/// <summary>A tagger that was trained.</summary>
/// <param name="Method">How.</param>
/// <param name="Report">How well it tells the texts it did not learn from.</param>
/// <param name="TrainedWeights">Numbers that were trained.</param>
/// <param name="AllWeights">Numbers it has.</param>
/// <param name="TrainedShare">The first over the second.</param>
/// <param name="TrainingBytes">Bytes of gradients and of the optimizer's moments.</param>
/// <param name="Seconds">Time of the training.</param>
/// <param name="TextsPerSecond">Texts that it tags in a second afterwards.</param>
internal sealed record TaggerRun(
    string Method, TaggingReport Report, long TrainedWeights, long AllWeights, double TrainedShare, long TrainingBytes, double Seconds, double TextsPerSecond);
