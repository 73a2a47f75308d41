using System.Diagnostics;
using OrleansSeg.Cli.Output;
using OrleansSeg.Model.Text.FineTuning;
using OrleansSeg.Model.Text.PreTraining;
using OrleansSeg.Model.Text.Tagging;
using OrleansSeg.Model.Training;

namespace OrleansSeg.Cli.Tagging;

/// <summary>Trains taggers on a file's texts, on an encoder of a folder or on one made of the texts themselves.</summary>
/// <param name="output">Where progress goes.</param>
/// <param name="seed">Seed of everything random.</param>
internal sealed class TaggerTraining(VerbOutput output, int seed)
{
    /// <summary>The folder of the encoder: the one that is given, or a new one of a small BERT that has read the texts and no more.</summary>
    /// <param name="given">The folder of the command line; null for none.</param>
    /// <param name="texts">The texts to learn from.</param>
    /// <param name="made">Where a new encoder is saved.</param>
    /// <param name="cancellationToken">Stops the training.</param>
    public async Task<string> EncoderAsync(DirectoryInfo? given, IEnumerable<TaggedText> texts, string made, CancellationToken cancellationToken)
    {
        if (given is not null)
        {
            return given.Exists ? given.FullName : throw new UsageException($"There is no folder {given.FullName}.");
        }

        var options = new MaskedLanguageOptions { TokensMax = 128, Seed = seed };
        using var pretrained = await ProgressDisplay.RunAsync(output, "Reading the texts", report => Task.Run(
            () => MaskedLanguageTrainer.Train(texts.Select(text => text.Text), options, new Told(report), null, cancellationToken), cancellationToken));
        pretrained.Save(made);
        return made;
    }

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
            () => trainer.Train(labels, training, validation, new Told(report), cancellationToken), cancellationToken));
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

    private sealed class Told(Action<double, string> report) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) =>
            report((double)value.Step / value.StepCount, FormattableString.Invariant($"{value.Stage} {value.Step}/{value.StepCount}, loss {value.TrainingLoss:F3}, validation {value.ValidationLoss:F3}"));
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
