using System.Collections.Immutable;
using OrleansSeg.Cli.Output;
using OrleansSeg.Cli.Tagging;
using OrleansSeg.Model.Compression;
using OrleansSeg.Model.Text.Transformer;

namespace OrleansSeg.Cli.Models;

/// <summary>What the command line says of making a model small.</summary>
/// <param name="Layers">Layers to keep, by their numbers; empty for so many as <paramref name="LayerCount"/>.</param>
/// <param name="LayerCount">How many to keep; null for half of them.</param>
/// <param name="Heads">Share of the heads to cut.</param>
/// <param name="Neurons">Share of the neurons to cut.</param>
/// <param name="Width">A student's width; null for the model's own.</param>
/// <param name="Distillation">How a student is taught.</param>
/// <param name="RecoveryEpochs">Passes over the texts in which a model that something was cut out of learns from the whole one; 0 for none.</param>
internal sealed record CompressionSettings(
    ImmutableArray<int> Layers, int? LayerCount, double Heads, double Neurons, int? Width, DistillationOptions Distillation, int RecoveryEpochs)
{
    /// <summary>Which layers of a model are kept.</summary>
    public ImmutableArray<int> LayersOf(TextModel model)
    {
        if (!Layers.IsEmpty)
        {
            return Layers;
        }

        var (all, kept) = (model.Config.Layers, CountOf(model));
        return kept >= 1 && kept <= all ? LayerChoice.EvenlySpaced(all, kept) : throw new UsageException($"--keep-layers must be 1 to {all}, or the numbers of the layers, not {kept}.");
    }

    /// <summary>How many layers are kept.</summary>
    public int CountOf(TextModel model) => !Layers.IsEmpty ? Layers.Length : LayerCount ?? Math.Max(1, model.Config.Layers / 2);
}

/// <summary>Ways to make a model small, alone or one after another with <c>+</c> between.</summary>
/// <param name="settings">What the command line says.</param>
/// <param name="texts">Token ids of the texts to learn from.</param>
/// <param name="output">Where progress goes.</param>
internal sealed class CompressionMethods(CompressionSettings settings, IReadOnlyList<int[]> texts, VerbOutput output)
{
    private const int CalibrationTextsMax = 1_024;

    private static readonly ImmutableArray<string> Cuts = ["drop-layers", "prune", "distill"];
    private static readonly ImmutableArray<string> Numbers = ["int8", "bf16", "fp16"];

    /// <summary>The ways.</summary>
    public static string Names => string.Join(", ", Numbers.Concat(Cuts));

    /// <summary>Whether a method reads texts.</summary>
    public static bool ReadsTexts(string method, int recoveryEpochs) => method.Split('+').Any(step => step is "prune" or "distill" || (step == "drop-layers" && recoveryEpochs > 0));

    /// <summary>Refuses what is no method.</summary>
    /// <exception cref="UsageException">A step is unknown, or something follows the numbers that a model is written in.</exception>
    public static void Check(string method)
    {
        var steps = method.Split('+');
        if (steps.FirstOrDefault(step => !Cuts.Contains(step) && !Numbers.Contains(step)) is { } unknown)
        {
            throw new UsageException($"--methods: '{unknown}' is none of {Names}; several one after another are joined with +, as in distill+int8.");
        }

        if (steps.SkipLast(1).Any(step => Numbers.Contains(step)))
        {
            throw new UsageException($"--methods: '{method}' goes on after {steps.First(step => Numbers.Contains(step))}; int8, bf16 and fp16 come last.");
        }
    }

    /// <summary>Makes a folder of a model made small.</summary>
    /// <param name="whole">The model; it stays as it is.</param>
    /// <param name="method">The method.</param>
    /// <param name="folder">The folder to write.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    public async Task WriteAsync(TextModel whole, string method, string folder, CancellationToken cancellationToken)
    {
        var (model, steps) = (whole, method.Split('+'));
        try
        {
            foreach (var step in steps.Where(step => Cuts.Contains(step)))
            {
                var before = model;
                model = await ProgressDisplay.RunAsync(output, $"{method}: {step}", report => Task.Run(() => Cut(whole, before, step, report, cancellationToken), cancellationToken));
                if (before != whole)
                {
                    before.Dispose();
                }
            }

            var precision = steps[^1] switch { "int8" => ComputePrecision.Int8, "bf16" => ComputePrecision.BFloat16, _ => ComputePrecision.Single };
            await Task.Run(() => model.Write(folder, precision, storesHalves: steps[^1] == "fp16"), cancellationToken);
        }
        finally
        {
            if (model != whole)
            {
                model.Dispose();
            }
        }
    }

    private TextModel Cut(TextModel whole, TextModel model, string step, Action<double, string> report, CancellationToken cancellationToken)
    {
        var told = new ToldEpochs(report);
        switch (step)
        {
            case "drop-layers":
                return Recovered(whole, LayerChoice.Keep(model, settings.LayersOf(model)), told, cancellationToken);
            case "prune":
                var calibration = texts.Take(CalibrationTextsMax).ToList();
                var scores = UnitImportance.Of(model, calibration, settings.Distillation.Seed, share => report(share / 2, "looking for what matters least"), cancellationToken);
                return Recovered(whole, Pruning.Cut(model, Pruning.Least(scores, settings.Heads, settings.Neurons)), told, cancellationToken);
            default:
                if (settings.Width is { } width && width != model.Config.Hidden)
                {
                    return Distillation.TeachNarrower(model, new StudentShape(width, settings.CountOf(model)), texts, settings.Distillation, told, cancellationToken);
                }

                using (var student = LayerChoice.Keep(model, settings.LayersOf(model)))
                {
                    return Distillation.Teach(model, student, texts, settings.Distillation, told, cancellationToken);
                }
        }
    }

    private TextModel Recovered(TextModel whole, TextModel cut, ToldEpochs told, CancellationToken cancellationToken)
    {
        if (settings.RecoveryEpochs == 0 || whole.Config.Hidden != cut.Config.Hidden)
        {
            return cut;
        }

        using (cut)
        {
            return Distillation.Teach(whole, cut, texts, settings.Distillation with { Epochs = settings.RecoveryEpochs }, told, cancellationToken);
        }
    }
}
