using System.Collections.Immutable;
using System.CommandLine;
using System.Diagnostics;
using OrleansSeg.Cli.Output;
using OrleansSeg.Cli.Tagging;
using OrleansSeg.Cli.Verbs;
using OrleansSeg.Model.Compression;
using OrleansSeg.Model.Text.Checkpoints;
using OrleansSeg.Model.Text.Tagging;
using OrleansSeg.Model.Training;

namespace OrleansSeg.Cli.Models;

/// <summary><c>models compress</c>: makes a text model small in several ways, and measures each beside the whole one.</summary>
internal sealed class CompressCommand
{
    private const string Before = "before";
    private const int MeasuredTextsMax = 1_000;
    private const int HeldOutEvery = 10;

    private readonly Option<DirectoryInfo?> _encoder = new("--text-encoder") { Description = "Folder of a text encoder, as downloaded or made here." };
    private readonly Option<DirectoryInfo?> _tagger = new("--tagger") { Description = "Folder of a tagger or a classifier, in place of an encoder." };
    private readonly Option<string[]> _methods = new("--methods")
    {
        Description = $"Ways to make it small: {CompressionMethods.Names}; several one after another joined with +.", AllowMultipleArgumentsPerToken = true, DefaultValueFactory = _ => ["int8"],
    };

    private readonly Option<int[]> _layers = new("--keep-layers") { Description = "How many layers drop-layers and distill keep, evenly spaced; or their numbers from 0, at least two. Default: half.", AllowMultipleArgumentsPerToken = true };
    private readonly Option<double> _heads = new("--prune-heads") { Description = "Share of the attention heads that prune cuts, over all layers.", DefaultValueFactory = _ => 0.25 };
    private readonly Option<double> _neurons = new("--prune-neurons") { Description = "Share of the neurons between a layer's products that prune cuts.", DefaultValueFactory = _ => 0.25 };
    private readonly Option<int?> _width = new("--student-width") { Description = "Width of distill's student. Default: the model's own, whose layers the student begins with." };
    private readonly Option<int> _epochs = new("--epochs") { Description = "Passes over the texts in which distill's student learns.", DefaultValueFactory = _ => new DistillationOptions().Epochs };
    private readonly Option<int> _recovery = new("--recover-epochs") { Description = "Passes in which a model that layers or parts were cut out of learns from the whole one.", DefaultValueFactory = _ => 0 };
    private readonly Option<double?> _rate = new("--learning-rate") { Description = "Peak learning rate of those passes; 3e-4, 1e-3 for a narrower student." };
    private readonly Option<double> _temperature = new("--temperature") { Description = "Temperature at which labels are compared.", DefaultValueFactory = _ => new DistillationOptions().Temperature };
    private readonly Option<FileInfo?> _texts = new("--texts") { Description = "Texts without labels to learn from and to measure on: one a line, or a labelled file (.json, .conll)." };
    private readonly Option<FileInfo?> _test = new("--test") { Description = "Labelled texts that a tagger is measured on." };
    private readonly Option<DirectoryInfo> _out = new("--out") { Description = "Folder that gets a folder for each method.", Required = true };

    /// <summary>Makes the command.</summary>
    public static Command Create(VerbRunner runner)
    {
        var options = new CompressCommand();
        var command = new Command("compress", "Makes a text model small, and measures size, speed and quality before and after.")
        {
            options._encoder, options._tagger, options._methods, options._layers, options._heads, options._neurons, options._width, options._epochs, options._recovery, options._rate,
            options._temperature, options._texts, options._test, options._out,
        };
        return runner.Bind(command, async (context, cancellationToken) =>
        {
            try
            {
                return await options.RunAsync(context, cancellationToken);
            }
            catch (Exception exception) when (exception is CheckpointException or InsufficientDataException)
            {
                throw new UsageException(exception.Message);
            }
        });
    }

    private async Task<int> RunAsync(VerbContext context, CancellationToken cancellationToken)
    {
        var (parsed, output) = (context.Parsed, context.Output);
        var source = (parsed.GetValue(_encoder), parsed.GetValue(_tagger)) switch
        {
            ({ } one, null) => one,
            (null, { } one) => one,
            _ => throw new UsageException("Either --text-encoder or --tagger is needed."),
        };
        var methods = parsed.GetValue(_methods)!.Distinct(StringComparer.Ordinal).ToList();
        var settings = Read(parsed, context.Settings.Seed);
        methods.ForEach(CompressionMethods.Check);
        if (!source.Exists)
        {
            throw new UsageException($"There is no folder {source.FullName}.");
        }

        var labelled = parsed.GetValue(_test) is { } test ? LabelledFile.Read(test, output) : null;
        var all = await TextsOfAsync(parsed.GetValue(_texts), labelled, output, cancellationToken);
        var (learned, measured) = (all.Where((_, number) => number % HeldOutEvery != 0).ToList(), all.Where((_, number) => number % HeldOutEvery == 0).Take(MeasuredTextsMax).ToList());
        if (parsed.GetValue(_texts) is null && methods.Find(method => CompressionMethods.ReadsTexts(method, settings.RecoveryEpochs)) is { } reader)
        {
            throw new UsageException($"{reader} learns from texts: --texts names a file of them.");
        }

        using var whole = TextModel.Read(source.FullName);
        var target = parsed.GetValue(_out)!;
        var folders = methods.ConvertAll(method => Path.Combine(target.FullName, method));
        if (folders.Find(Directory.Exists) is { } taken)
        {
            throw new UsageException($"{taken} is there already; name another --out, or remove it.");
        }

        var work = new CompressionMethods(settings, [.. learned.Select(whole.Tokenize).Where(text => text.Length > 2)], output);
        var seconds = new List<double> { 0 };
        foreach (var (method, folder) in methods.Zip(folders))
        {
            var started = Stopwatch.GetTimestamp();
            await WriteAsync(work, whole, method, folder, cancellationToken);
            seconds.Add(Math.Round(Stopwatch.GetElapsedTime(started).TotalSeconds, 1));
        }

        var models = await MeasureAsync(context, [source.FullName, .. folders], [Before, .. methods], seconds, [.. measured.Select(whole.Tokenize)], measured, labelled?.Texts.Texts ?? [], cancellationToken);
        var document = new { texts = learned.Count, measured = measured.Count, tested = labelled?.Texts.Texts.Length ?? 0, seed = context.Settings.Seed, models };
        output.Answer(document, screen =>
        {
            CompressionTable.Write(screen, models);
            screen.WriteLine($"Written below {target.FullName}; each folder works as the whole model's does.");
        });
        return labelled?.Rejected > 0 ? ExitCodes.RowsRejected : ExitCodes.Done;
    }

    private CompressionSettings Read(ParseResult parsed, int seed)
    {
        var (layers, recovery) = (parsed.GetValue(_layers) ?? [], parsed.GetValue(_recovery));
        var distillation = new DistillationOptions
        {
            Epochs = parsed.GetValue(_epochs), LearningRate = parsed.GetValue(_rate), Temperature = parsed.GetValue(_temperature), Seed = seed,
        };
        distillation.Check();
        if (recovery is < 0 or > 1_000)
        {
            throw new UsageException($"--recover-epochs must be 0 to 1000, not {recovery}.");
        }

        return new CompressionSettings(
            layers.Length > 1 ? [.. layers] : [], layers.Length == 1 ? layers[0] : null, Share(parsed, _heads), Share(parsed, _neurons), parsed.GetValue(_width), distillation, recovery);
    }

    private static double Share(ParseResult parsed, Option<double> option) =>
        parsed.GetValue(option) is >= 0 and < 1 and var share ? share : throw new UsageException($"{option.Name} must be 0 to below 1, not {parsed.GetValue(option)}.");

    private static async Task<List<string>> TextsOfAsync(FileInfo? file, LabelledFile? labelled, VerbOutput output, CancellationToken cancellationToken)
    {
        if (file is not null && !file.Exists)
        {
            throw new UsageException($"There is no file {file.FullName}.");
        }

        IEnumerable<string> texts = file switch
        {
            null => labelled?.Texts.Texts.Select(text => text.Text) ?? throw new UsageException("--texts or --test is needed: speed and quality are measured on texts."),
            { Extension: ".json" or ".conll" } => LabelledFile.Read(file, output).Texts.Texts.Select(text => text.Text),
            _ => await File.ReadAllLinesAsync(file.FullName, cancellationToken),
        };
        var found = texts.Where(text => !string.IsNullOrWhiteSpace(text)).Distinct(StringComparer.Ordinal).ToList();
        return found.Count > 0 ? found : throw new UsageException("There is no text to measure on.");
    }

    // Written beside its place and moved there, so that a folder that is there is whole.
    private static async Task WriteAsync(CompressionMethods work, TextModel whole, string method, string folder, CancellationToken cancellationToken)
    {
        var unfinished = $"{folder}.{Environment.ProcessId}.unfinished";
        try
        {
            await work.WriteAsync(whole, method, unfinished, cancellationToken);
            Directory.Move(unfinished, folder);
        }
        finally
        {
            if (Directory.Exists(unfinished))
            {
                Directory.Delete(unfinished, recursive: true);
            }
        }
    }

    private static async Task<List<CompressedModel>> MeasureAsync(
        VerbContext context, IReadOnlyList<string> folders, IReadOnlyList<string> methods, IReadOnlyList<double> seconds, IReadOnlyList<int[]> tokens, IReadOnlyList<string> texts,
        ImmutableArray<TaggedText> labelled, CancellationToken cancellationToken)
    {
        var speeds = await ProgressDisplay.RunAsync(context.Output, "Measuring speed", report => Task.Run(
            () => ModelSpeed.Of(folders, tokens, share => report(share, ""), cancellationToken), cancellationToken));
        return await ProgressDisplay.RunAsync(context.Output, "Measuring quality", report => Task.Run(
            () => folders.Select((folder, number) =>
            {
                report((double)number / folders.Count, methods[number]);
                var quality = ModelQuality.Of(folder, folders[0], texts, labelled, context.Settings.Seed, cancellationToken);
                var (config, speed) = (TextModel.ConfigOf(folder), speeds[number]);
                return new CompressedModel
                {
                    Method = methods[number], Folder = folder, Layers = config.Layers, Hidden = config.Hidden, Precision = config.Precision,
                    DiskBytes = speed.DiskBytes, ResidentBytes = speed.ResidentBytes, TextsPerSecond = Math.Round(speed.TextsPerSecond, 1),
                    Speedup = Math.Round(speed.TextsPerSecond / speeds[0].TextsPerSecond, 2), Seconds = seconds[number],
                    Cosine = quality.Cosine, HiddenTokenLoss = quality.HiddenTokenLoss, SameAnswers = quality.SameAnswers,
                    SpanF1 = quality.Tagging?.Entities.Overall.F1, MacroF1 = quality.Tagging?.Entities.MacroF1, WordF1 = quality.Tagging?.Tokens.Overall.F1,
                };
            }).ToList(), cancellationToken));
    }
}
