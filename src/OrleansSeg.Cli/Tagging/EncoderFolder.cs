using System.CommandLine;
using OrleansSeg.Cli.Output;
using OrleansSeg.Cli.Verbs;
using OrleansSeg.Model.Text.PreTraining;
using OrleansSeg.Model.Training;

namespace OrleansSeg.Cli.Tagging;

/// <summary>The encoder that a fine-tuning begins with.</summary>
internal static class EncoderFolder
{
    /// <summary>The option that names it.</summary>
    public static Option<DirectoryInfo?> Option() =>
        new("--encoder") { Description = "Folder of a text model of the BERT family; when left out a small one is made of the texts." };

    /// <summary>The folder of the encoder: the one that is given, or a new one of a small BERT that has read the texts and no more.</summary>
    /// <param name="context">The verb.</param>
    /// <param name="given">The folder of the command line; null for none.</param>
    /// <param name="texts">The texts to learn from.</param>
    /// <param name="made">Where a new encoder is saved.</param>
    /// <param name="cancellationToken">Stops the training.</param>
    /// <exception cref="UsageException">There is no such folder.</exception>
    public static async Task<string> OfAsync(VerbContext context, DirectoryInfo? given, IEnumerable<string> texts, string made, CancellationToken cancellationToken)
    {
        if (given is not null)
        {
            return given.Exists ? given.FullName : throw new UsageException($"There is no folder {given.FullName}.");
        }

        var options = new MaskedLanguageOptions { TokensMax = 128, Seed = context.Settings.Seed };
        using var pretrained = await ProgressDisplay.RunAsync(context.Output, "Reading the texts", report => Task.Run(
            () => MaskedLanguageTrainer.Train(texts, options, new ToldEpochs(report), null, cancellationToken), cancellationToken));
        pretrained.Save(made);
        return made;
    }
}

/// <summary>Epochs as a progress bar shows them.</summary>
/// <param name="report">Told of the share done, and of the losses.</param>
internal sealed class ToldEpochs(Action<double, string> report) : IProgress<TrainingProgress>
{
    public void Report(TrainingProgress value) =>
        report((double)value.Step / value.StepCount, FormattableString.Invariant($"{value.Stage} {value.Step}/{value.StepCount}, loss {value.TrainingLoss:F3}, validation {value.ValidationLoss:F3}"));
}
