using System.CommandLine;
using OrleansSeg.Cli.Tagging;
using OrleansSeg.Cli.Verbs;
using OrleansSeg.Data.Import;
using OrleansSeg.Model.Text;
using OrleansSeg.Model.Text.Checkpoints;
using OrleansSeg.Model.Text.Classification;
using OrleansSeg.Model.Training;
using Spectre.Console;

namespace OrleansSeg.Cli.Classification;

/// <summary><c>text finetune</c>, <c>text classify</c> and <c>text compare</c>: text models that tell a label of a whole text.</summary>
internal static class ClassifierCommands
{
    public static Command FineTune(VerbRunner runner)
    {
        var (columns, encoder, arguments) = (new LabelledColumns(), EncoderFolder.Option(), new FineTuningArguments());
        var target = new Option<DirectoryInfo>("--out") { Description = "Folder that the classifier is saved to.", Required = true };
        var validation = new Option<FileInfo?>("--validation") { Description = "File of texts to choose the epoch by; a tenth of the texts, by hash, when left out." };
        var method = new Option<string>("--method") { Description = "What is trained.", DefaultValueFactory = _ => "full" };
        method.AcceptOnlyFromAmong([.. FineTuningArguments.Names]);
        var command = new Command("finetune", "Trains a text model to tell the labels of a file's texts.") { target, validation, encoder, method };
        columns.AddTo(command);
        arguments.AddTo(command);
        return Bind(runner, command, async (context, cancellationToken) =>
        {
            var (parsed, seed) = (context.Parsed, context.Settings.Seed);
            var options = arguments.Read(parsed, parsed.GetValue(method)!, seed, parsed.GetValue(encoder) is null);
            var rows = await columns.ReadAsync(context, cancellationToken);
            var other = parsed.GetValue(validation) is { } file ? await columns.ReadAsync(context, file, cancellationToken) : null;
            var (training, held) = other is null ? rows.Split(seed) : ([.. rows.Texts], [.. other.Texts]);
            RequireBoth(training, held);
            using var scratch = new ScratchFolder();
            var from = await EncoderFolder.OfAsync(context, parsed.GetValue(encoder), training.Select(text => text.Text), scratch.FullPath, cancellationToken);
            var (run, classifier, files) = await ClassifierRun.TrainAsync(context.Output, from, parsed.GetValue(method)!, options, rows.Labels, training, held, cancellationToken);
            using (classifier)
            {
                classifier.Merge();
                classifier.Save(parsed.GetValue(target)!.FullName, files);
            }

            var document = new { folder = parsed.GetValue(target)!.FullName, texts = training.Count, leftOut = rows.Bare, rejected = rows.Rejected + (other?.Rejected ?? 0), labels = rows.Labels, seed, run };
            context.Output.Answer(document, screen =>
            {
                ClassifierTables.Write(screen, run.Report);
                ClassifierTables.Write(screen, [run], null);
                screen.WriteLine($"Saved to {document.folder}.");
            });
            return document.rejected > 0 ? ExitCodes.RowsRejected : ExitCodes.Done;
        });
    }

    public static Command Classify(VerbRunner runner)
    {
        var texts = new Argument<string[]>("text") { Description = "Texts; lines of standard input when none is given.", Arity = ArgumentArity.ZeroOrMore };
        var folder = new Option<DirectoryInfo>("--classifier") { Description = "Folder of the classifier, made by finetune or as downloaded.", Required = true };
        return Bind(runner, new Command("classify", "Tells the label of texts.") { texts, folder }, async (context, cancellationToken) =>
        {
            var given = context.Parsed.GetValue(texts) is { Length: > 0 } named ? named : await StandardLines.ReadAsync(cancellationToken);
            using var classifier = TextClassifier.Load(context.Parsed.GetValue(folder)!.FullName);
            var told = classifier.Classify(given, cancellationToken);
            var answers = given.Zip(told, (text, chances) => new
            {
                text,
                label = classifier.Labels[Array.IndexOf(chances, chances.Max())],
                probabilities = classifier.Labels.Zip(chances).ToDictionary(pair => pair.First, pair => pair.Second),
            }).ToList();
            context.Output.Answer(answers, screen => answers.ForEach(answer => screen.WriteLine(FormattableString.Invariant($"{answer.label} ({answer.probabilities[answer.label]:P0}): {answer.text}"))));
            return ExitCodes.Done;
        });
    }

    public static Command Compare(VerbRunner runner)
    {
        var (columns, encoder, arguments) = (new LabelledColumns(), EncoderFolder.Option(), new FineTuningArguments());
        var test = new Option<FileInfo?>("--test") { Description = "File of texts to measure on; a tenth of the texts, by hash, when left out." };
        var methods = new Option<string[]>("--methods") { Description = "What to train.", AllowMultipleArgumentsPerToken = true, DefaultValueFactory = _ => [.. FineTuningArguments.Names] };
        methods.AcceptOnlyFromAmong([.. FineTuningArguments.Names]);
        var command = new Command("compare", "Trains classifiers in several ways on the same texts, one after another, and measures each.") { test, encoder, methods };
        columns.AddTo(command, withBeside: true);
        arguments.AddTo(command);
        return Bind(runner, command, async (context, cancellationToken) =>
        {
            var (parsed, seed) = (context.Parsed, context.Settings.Seed);
            var rows = await columns.ReadAsync(context, cancellationToken);
            var other = parsed.GetValue(test) is { } file ? await columns.ReadAsync(context, file, cancellationToken) : null;
            var (training, held) = other is null ? rows.Split(seed) : ([.. rows.Texts], [.. other.Texts]);
            RequireBoth(training, held);
            using var scratch = new ScratchFolder();
            var from = await EncoderFolder.OfAsync(context, parsed.GetValue(encoder), training.Select(text => text.Text), scratch.FullPath, cancellationToken);
            var runs = new List<ClassifierRun>();
            foreach (var name in parsed.GetValue(methods)!)
            {
                // The last epoch of each: none is chosen on the texts that it is measured on.
                var options = arguments.Read(parsed, name, seed, parsed.GetValue(encoder) is null) with { ChoosesEpoch = false };
                var (run, classifier, _) = await ClassifierRun.TrainAsync(context.Output, from, name, options, rows.Labels, training, held, cancellationToken);
                classifier.Dispose();
                runs.Add(run);
            }

            var beside = columns.HasBeside(context) ? await Task.Run(() => MeasureBeside(rows.Labels, training, held, from, cancellationToken), cancellationToken) : null;
            var majority = ClassificationReport.OfFrequencies(rows.Labels, training, held);
            context.Output.Answer(new { texts = training.Count, tested = held.Count, leftOut = rows.Bare, seed, majority, beside, runs }, screen => ClassifierTables.Write(screen, runs, majority, beside));
            return rows.Rejected > 0 ? ExitCodes.RowsRejected : ExitCodes.Done;
        });
    }

    private static BesideReport MeasureBeside(
        IReadOnlyList<string> labels, List<LabelledText> training, List<LabelledText> held, string encoder, CancellationToken cancellationToken)
    {
        using var loaded = TransformerTextEncoder.Load(encoder);
        return new BesideReport(
            ColumnBaseline.Measure(labels, training, held, null, cancellationToken), ColumnBaseline.Measure(labels, training, held, loaded, cancellationToken));
    }

    private static void RequireBoth(List<LabelledText> training, List<LabelledText> held)
    {
        if (training.Count == 0 || held.Count == 0)
        {
            throw new UsageException($"{training.Count} texts to learn from and {held.Count} to measure on are not enough; name a file of others, or bring more.");
        }
    }

    // What is wrong with a folder or with texts is the caller's input.
    private static Command Bind(VerbRunner runner, Command command, Func<VerbContext, CancellationToken, Task<int>> act) => runner.Bind(command, async (context, cancellationToken) =>
    {
        try
        {
            return await act(context, cancellationToken);
        }
        catch (Exception exception) when (exception is CheckpointException or InsufficientDataException)
        {
            throw new UsageException(exception.Message);
        }
    });
}

/// <summary>What is told from the columns beside the texts.</summary>
/// <param name="Columns">From them alone.</param>
/// <param name="WithTexts">From them and the texts' vectors, of an encoder that stays as it is.</param>
internal sealed record BesideReport(ClassificationReport Columns, ClassificationReport WithTexts);
