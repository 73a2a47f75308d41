using System.CommandLine;
using System.ComponentModel.DataAnnotations;
using System.Diagnostics;
using System.Numerics.Tensors;
using OrleansSeg.Cli.Classification;
using OrleansSeg.Cli.Output;
using OrleansSeg.Customers;
using OrleansSeg.Data.Import;
using OrleansSeg.Model.Federation.Fitting;
using OrleansSeg.Model.Text;
using OrleansSeg.Model.Text.Checkpoints;
using OrleansSeg.Model.Text.PreTraining;
using OrleansSeg.Model.Training;

namespace OrleansSeg.Cli.Verbs;

/// <summary><c>text</c>: makes a text model of a shop's own texts, and tries any published one on them.</summary>
internal static class TextVerb
{
    private const int ShownMax = 20;

    public static Command Create(VerbRunner runner) =>
        new("text", "Makes and tries text models: folders as Hugging Face lays them out.")
        {
            PreTrain(runner), Encode(runner), ClassifierCommands.FineTune(runner), ClassifierCommands.Classify(runner), ClassifierCommands.Compare(runner),
        };

    private static Command PreTrain(VerbRunner runner)
    {
        var defaults = new MaskedLanguageOptions();
        var texts = new Option<FileInfo?>("--texts") { Description = "File with a text on each line, UTF-8; without it, the texts of the site's own events of customers who consent to training." };
        var folder = new Option<DirectoryInfo>("--out") { Description = "Folder that the model is saved to.", Required = true };
        var epochs = Number("--epochs", "Passes over the texts.", defaults.Epochs);
        var hidden = Number("--hidden", "Width of the states.", defaults.Hidden);
        var layers = Number("--layers", "Layers.", defaults.Layers);
        var tokens = Number("--tokens-max", "Most tokens of a text.", defaults.TokensMax);
        var vocabulary = Number("--vocabulary-max", "Most entries of the vocabulary.", defaults.VocabularyMax);
        var column = new Option<string[]>("--text-column") { Description = "Columns of the texts, where the file is CSV, TSV, JSON Lines or Parquet; of several, one is put behind the other.", AllowMultipleArgumentsPerToken = true };
        var command = new Command("pretrain", "Trains a small BERT on texts, without a download.") { texts, column, folder, epochs, hidden, layers, tokens, vocabulary };
        return Bind(runner, command, async (context, cancellationToken) =>
        {
            var options = defaults with
            {
                Epochs = context.Parsed.GetValue(epochs),
                Hidden = context.Parsed.GetValue(hidden),
                Layers = context.Parsed.GetValue(layers),
                TokensMax = context.Parsed.GetValue(tokens),
                VocabularyMax = context.Parsed.GetValue(vocabulary),
                Seed = context.Settings.Seed,
            };
            var lines = context.Parsed.GetValue(texts) is { } file
                ? await LinesAsync(file, context.Parsed.GetValue(column) ?? [], cancellationToken)
                : await OwnTextsAsync(context, cancellationToken);
            var started = Stopwatch.GetTimestamp();
            using var trained = await ProgressDisplay.RunAsync(context.Output, "Training", report => Task.Run(
                () => MaskedLanguageTrainer.Train(lines, options, new Progress(report), device: null, cancellationToken), cancellationToken));
            var target = context.Parsed.GetValue(folder)!.FullName;
            trained.Save(target);
            var document = new
            {
                folder = target,
                vocabulary = trained.Vocabulary.Count,
                before = trained.Before,
                after = trained.After,
                seconds = Math.Round(Stopwatch.GetElapsedTime(started).TotalSeconds, 1),
            };
            context.Output.Answer(document, screen =>
            {
                screen.WriteLine($"{document.vocabulary} vocabulary entries, {document.seconds} s, saved to {target}.");
                screen.WriteLine($"Hidden tokens of texts held out: loss {trained.Before.Loss:F2} before, {trained.After.Loss:F2} after; told right {trained.Before.Accuracy:P1}, then {trained.After.Accuracy:P1}, of {trained.After.Tokens}.");
            });
            return ExitCodes.Done;
        });
    }

    private static Command Encode(VerbRunner runner)
    {
        var texts = Texts();
        var folder = new Option<DirectoryInfo>("--encoder") { Description = "Folder of the text model, as downloaded or made by pretrain.", Required = true };
        var command = new Command("encode", "Gives texts their vectors, and says which lie close.") { folder, texts };
        return Bind(runner, command, (context, cancellationToken) =>
        {
            using var encoder = TransformerTextEncoder.Load(context.Parsed.GetValue(folder)!.FullName);
            var (lines, started) = (File.ReadAllLines(context.Parsed.GetValue(texts)!.FullName), Stopwatch.GetTimestamp());
            var vectors = encoder.EncodeAll(lines, cancellationToken: cancellationToken);
            var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
            var document = new
            {
                family = encoder.Config.Family,
                layers = encoder.Config.Layers,
                dimension = encoder.Dimension,
                tokensMax = encoder.TokensMax,
                texts = lines.Length,
                seconds = Math.Round(seconds, 3),
                vectors,
            };
            context.Output.Answer(document, screen =>
            {
                screen.WriteLine($"{document.family} of {document.layers} layers, vectors of {document.dimension}, at most {document.tokensMax} tokens; {lines.Length} texts in {seconds:F1} s.");
                var table = new Table().AddColumns("text", "nearest", "cosine");
                for (var i = 0; i < Math.Min(lines.Length, ShownMax) && lines.Length > 1; i++)
                {
                    var (nearest, cosine) = Nearest(vectors, lines, i);
                    table.AddRow(Markup.Escape(lines[i]), Markup.Escape(nearest), $"{cosine:F3}");
                }

                screen.Write(table);
            });
            return Task.FromResult(ExitCodes.Done);
        });
    }

    private static async Task<IEnumerable<string>> LinesAsync(FileInfo file, string[] columns, CancellationToken cancellationToken)
    {
        if (columns.Length == 0)
        {
            return File.ReadLines(file.FullName);
        }

        var texts = new List<string>();
        await foreach (var values in ColumnFile.ReadAsync(file.FullName, columns, (_, _) => { }, cancellationToken))
        {
            texts.Add(string.Join(' ', values.Select(value => value.Trim()).Where(value => value.Length > 0)));
        }

        return texts;
    }

    // Titles repeat, messages do not: what is different is all that pre-training reads.
    private static async Task<IEnumerable<string>> OwnTextsAsync(VerbContext context, CancellationToken cancellationToken)
    {
        await using var session = await context.OpenAsync(cancellationToken);
        var (site, texts) = (context.Settings.Site, new HashSet<string>(StringComparer.Ordinal));
        var layout = await session.Grains.GetGrain<ISiteGrain>(site).GetLayoutAsync(cancellationToken);
        await foreach (var history in session.Grains.ReadTrainingHistoriesAsync(site, Enumerable.Range(0, layout.PartitionCount), null, context.Settings.AsOf, cancellationToken))
        {
            texts.UnionWith(Holdout.Contains(site, history.CustomerId) ? [] : history.Events.Select(e => e.Text).OfType<string>());
        }

        return texts;
    }

    private static (string Text, float Cosine) Nearest(IReadOnlyList<float[]> vectors, string[] lines, int of) =>
        Enumerable.Range(0, lines.Length).Where(i => lines[i] != lines[of])
            .Select(i => (lines[i], TensorPrimitives.CosineSimilarity<float>(vectors[of], vectors[i])))
            .DefaultIfEmpty(("", float.NaN)).MaxBy(entry => entry.Item2);

    private static Command Bind(VerbRunner runner, Command command, Func<VerbContext, CancellationToken, Task<int>> run) =>
        runner.Bind(command, async (context, cancellationToken) =>
        {
            try
            {
                return await run(context, cancellationToken);
            }
            catch (Exception exception) when (exception is CheckpointException or ValidationException or InsufficientDataException)
            {
                throw new UsageException(exception.Message);
            }
        });

    private static Option<FileInfo> Texts() => new("--texts") { Description = "File with a text on each line, UTF-8.", Required = true };

    private static Option<int> Number(string name, string description, int otherwise) => new(name) { Description = description, DefaultValueFactory = _ => otherwise };

    private sealed class Progress(Action<double, string> report) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => report(
            (double)value.Step / value.StepCount, $"loss {value.TrainingLoss:F2}, on texts held out {value.ValidationLoss:F2}");
    }
}
