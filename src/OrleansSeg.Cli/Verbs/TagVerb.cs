using System.Collections.Immutable;
using System.CommandLine;
using System.Text;
using OrleansSeg.Cli.Tagging;
using OrleansSeg.Data.Simulation.Texts;
using OrleansSeg.Events;
using OrleansSeg.Inference;
using OrleansSeg.Model.Text.Checkpoints;
using OrleansSeg.Model.Text.Tagging;
using OrleansSeg.Model.Training;
using OrleansSeg.Tagging;

namespace OrleansSeg.Cli.Verbs;

/// <summary><c>tag</c>: finds behaviour in texts, trains what finds it, and records it.</summary>
internal static class TagVerb
{
    public static Command Create(VerbRunner runner) => new("tag", "Tags behaviour in text, and turns it into events.")
    {
        Text(runner), Train(runner), Evaluate(runner), Compare(runner), Generate(runner), TaggerService.Register(runner), TaggerService.Unregister(runner),
    };

    private static Command Text(VerbRunner runner)
    {
        var text = new Argument<string[]>("text") { Description = "Texts; lines of standard input when none is given.", Arity = ArgumentArity.ZeroOrMore };
        var tagger = Folder("--tagger", "Folder of the tagger; when left out, the one that is registered for the site.", isRequired: false);
        var customer = new Option<string?>("--customer") { Description = "Records what is found as events of this customer." };
        var at = InstantOption.Optional("--at", "When the texts were written; now when left out.");
        var channel = new Option<string?>("--channel") { Description = "Where they were written, for the events." };
        var labels = new Option<string[]>("--labels")
        {
            Description = $"Labels that become events: {string.Join(", ", TaggedEvents.Types.Keys.Order(StringComparer.Ordinal))}.", AllowMultipleArgumentsPerToken = true,
            DefaultValueFactory = _ => [.. TaggedEvents.Types.Keys],
        };
        labels.AcceptOnlyFromAmong([.. TaggedEvents.Types.Keys]);
        var command = new Command("text", "Tags texts, and records what their writer did.") { text, tagger, customer, at, channel, labels };
        return Bind(runner, command, async (context, cancellationToken) =>
        {
            var parsed = context.Parsed;
            var texts = parsed.GetValue(text) is { Length: > 0 } given ? given : await StandardLines.ReadAsync(cancellationToken);
            await using var session = parsed.GetValue(tagger) is null || parsed.GetValue(customer) is not null ? await context.OpenAsync(cancellationToken) : null;
            var found = parsed.GetValue(tagger) is { } folder ? TagHere(folder, texts, cancellationToken) : await session!.Client.TagAsync(texts, cancellationToken);
            var writtenAt = parsed.GetValue(at) ?? context.Settings.AsOf ?? TimeProvider.System.GetUtcNow();
            var recording = parsed.GetValue(customer) is { } id ? new TagRecording(id, [.. parsed.GetValue(labels)!], writtenAt, parsed.GetValue(channel)) : null;
            var receipt = recording is null ? null : await recording.RecordAsync(session!.Client, texts, found, cancellationToken);
            var document = new { texts = texts.Zip(found, (one, spans) => new { text = one, spans = spans.Select(span => new { span.Start, span.End, span.Label, text = one[span.Start..span.End], span.Probability }) }), recorded = receipt };
            context.Output.Answer(document, screen =>
            {
                foreach (var (one, spans) in texts.Zip(found))
                {
                    TagTables.Write(screen, one, spans);
                }

                if (receipt is not null)
                {
                    screen.WriteLine($"{receipt.Added} events recorded, {receipt.AlreadyKnown} known before.");
                }
            });
            return ExitCodes.Done;
        });
    }

    private static IReadOnlyList<ImmutableArray<TagSpan>> TagHere(DirectoryInfo folder, IReadOnlyList<string> texts, CancellationToken cancellationToken)
    {
        using var model = TextTagger.Load(folder.FullName);
        return model.Tag(texts, cancellationToken);
    }

    private static Command Train(VerbRunner runner)
    {
        var (file, validation) = (LabelledFileArgument(), new Option<FileInfo?>("--validation") { Description = "Texts to choose the epoch by; a tenth of the file, by hash, when left out." });
        var (target, encoder) = (Folder("--out", "Folder that the tagger is saved to.", isRequired: true), EncoderOption());
        var (method, arguments) = (new Option<string>("--method") { Description = "What is trained.", DefaultValueFactory = _ => "full" }, new FineTuningArguments());
        var apart = new Option<bool>("--apart") { Description = "Keeps an adapter apart from the encoder, so that a silo holds the encoder once for all taggers made of it." };
        method.AcceptOnlyFromAmong([.. FineTuningArguments.Names]);
        var command = new Command("train", "Trains a tagger on labelled texts: a word and its label to a line, an empty line after each text.") { file, target, validation, encoder, method, apart };
        arguments.AddTo(command);
        return Bind(runner, command, async (context, cancellationToken) =>
        {
            var read = LabelledFile.Read(context.Parsed.GetValue(file)!, context.Output);
            var other = context.Parsed.GetValue(validation) is { } held ? LabelledFile.Read(held, context.Output) : null;
            var (training, chosen) = other is null ? read.Split(context.Settings.Seed) : ([.. read.Texts.Texts], [.. other.Texts.Texts]);
            var options = arguments.Read(context.Parsed, context.Parsed.GetValue(method)!, context.Settings.Seed, context.Parsed.GetValue(encoder) is null);
            var work = new TaggerTraining(context.Output);
            using var scratch = new ScratchFolder();
            var from = await EncoderFolder.OfAsync(context, context.Parsed.GetValue(encoder), training.Select(text => text.Text), scratch.FullPath, cancellationToken);
            var labels = TagLabels.Of(read.Texts.Texts, read.Texts.HasBeginnings);
            var (run, trained, files) = await work.TrainAsync(from, context.Parsed.GetValue(method)!, options, labels, training, chosen, cancellationToken);
            using (trained)
            {
                if (!context.Parsed.GetValue(apart))
                {
                    trained.Merge();
                }

                trained.Save(context.Parsed.GetValue(target)!.FullName, files);
            }

            var document = new { folder = context.Parsed.GetValue(target)!.FullName, texts = training.Count, rejected = read.Rejected + (other?.Rejected ?? 0), labels = labels.Names, run };
            context.Output.Answer(document, screen =>
            {
                TagTables.Write(screen, run.Report);
                TagTables.Write(screen, [run]);
                screen.WriteLine($"Saved to {document.folder}.");
            });
            return document.rejected > 0 ? ExitCodes.RowsRejected : ExitCodes.Done;
        });
    }

    private static Command Evaluate(VerbRunner runner)
    {
        var (file, tagger) = (LabelledFileArgument(), Folder("--tagger", "Folder of the tagger.", isRequired: true));
        return Bind(runner, new Command("evaluate", "Measures a tagger on labelled texts, by word and by span.") { file, tagger }, (context, cancellationToken) =>
        {
            var read = LabelledFile.Read(context.Parsed.GetValue(file)!, context.Output);
            using var model = TextTagger.Load(context.Parsed.GetValue(tagger)!.FullName);
            var report = TaggingReport.Of(model.Labels, read.Texts.Texts, model.TagWords(read.Texts.Texts, cancellationToken));
            context.Output.Answer(report, screen => TagTables.Write(screen, report));
            return Task.FromResult(read.Rejected > 0 ? ExitCodes.RowsRejected : ExitCodes.Done);
        });
    }

    private static Command Compare(VerbRunner runner)
    {
        var (file, test, encoder, arguments) = (LabelledFileArgument(), new Option<FileInfo?>("--test") { Description = "Texts to measure on; a tenth of the file, by hash, when left out." }, EncoderOption(), new FineTuningArguments());
        var methods = new Option<string[]>("--methods") { Description = "What to train.", AllowMultipleArgumentsPerToken = true, DefaultValueFactory = _ => [.. FineTuningArguments.Names] };
        methods.AcceptOnlyFromAmong([.. FineTuningArguments.Names]);
        var command = new Command("compare", "Trains taggers in several ways on the same texts, one after another, and measures each.") { file, test, encoder, methods };
        arguments.AddTo(command);
        return Bind(runner, command, async (context, cancellationToken) =>
        {
            var read = LabelledFile.Read(context.Parsed.GetValue(file)!, context.Output);
            var other = context.Parsed.GetValue(test) is { } held ? LabelledFile.Read(held, context.Output) : null;
            var (training, measured) = other is null ? read.Split(context.Settings.Seed) : ([.. read.Texts.Texts], [.. other.Texts.Texts]);
            var work = new TaggerTraining(context.Output);
            using var scratch = new ScratchFolder();
            var from = await EncoderFolder.OfAsync(context, context.Parsed.GetValue(encoder), training.Select(text => text.Text), scratch.FullPath, cancellationToken);
            var runs = new List<TaggerRun>();
            foreach (var name in context.Parsed.GetValue(methods)!)
            {
                var options = arguments.Read(context.Parsed, name, context.Settings.Seed, context.Parsed.GetValue(encoder) is null);

                // The last epoch of each: none is chosen on the texts that it is measured on.
                var (run, trained, _) = await work.TrainAsync(from, name, options with { ChoosesEpoch = false }, TagLabels.Of(read.Texts.Texts, read.Texts.HasBeginnings), training, measured, cancellationToken);
                trained.Dispose();
                runs.Add(run);
            }

            context.Output.Answer(new { texts = training.Count, tested = measured.Count, seed = context.Settings.Seed, runs }, screen => TagTables.Write(screen, runs));
            return read.Rejected > 0 ? ExitCodes.RowsRejected : ExitCodes.Done;
        });
    }

    private static Command Generate(VerbRunner runner)
    {
        var file = new Argument<FileInfo>("file") { Description = "The file to write." };
        var count = new Option<int>("--texts") { Description = "How many, 1 to 1,000,000.", DefaultValueFactory = _ => 1_000 };
        var language = new Option<string>("--language") { Description = "Language of the posts.", DefaultValueFactory = _ => "en" };
        language.AcceptOnlyFromAmong([.. BehaviourPosts.Languages]);
        return Bind(runner, new Command("generate", "Writes posts with labels, for trying a tagger.") { file, count, language }, (context, _) =>
        {
            var texts = context.Parsed.GetValue(count) is >= 1 and <= 1_000_000 and var asked ? asked : throw new UsageException("--texts must be 1 to 1000000.");
            var target = context.Parsed.GetValue(file)!.FullName;
            using (var writer = new StreamWriter(target, append: false, new UTF8Encoding(false)))
            {
                BehaviourPosts.Write(writer, texts, context.Parsed.GetValue(language)!, context.Settings.Seed);
            }

            context.Output.Answer(new { file = target, texts, seed = context.Settings.Seed }, screen => screen.WriteLine($"{texts} posts are in {target}."));
            return Task.FromResult(ExitCodes.Done);
        });
    }

    // What is wrong with a folder or with texts is the caller's input.
    internal static Command Bind(VerbRunner runner, Command command, Func<VerbContext, CancellationToken, Task<int>> act) => runner.Bind(command, async (context, cancellationToken) =>
    {
        try
        {
            return await act(context, cancellationToken);
        }
        catch (Exception exception) when (exception is CheckpointException or InsufficientDataException or NoTaggerException)
        {
            throw new UsageException(exception.Message);
        }
        catch (Exception exception) when (exception is InferenceOverloadedException or InferenceUnavailableException or InferenceFailedException)
        {
            throw new VerbFailedException(exception.Message);
        }
    });

    private static Argument<FileInfo> LabelledFileArgument() => new("file") { Description = "Labelled texts: a word and its label to a line, or a JSON list of utterances with spans." };

    private static Option<DirectoryInfo?> EncoderOption() => EncoderFolder.Option();

    private static Option<DirectoryInfo?> Folder(string name, string description, bool isRequired) => new(name) { Description = description, Required = isRequired };
}
