using System.CommandLine;
using OrleansSeg.Cli.Evaluation;
using OrleansSeg.Cli.Training;
using OrleansSeg.Cli.Verbs;
using OrleansSeg.Federation;
using OrleansSeg.Model.Evaluation.Rolling;
using OrleansSeg.Model.Text.Checkpoints;
using OrleansSeg.Model.Text.Vectors;
using OrleansSeg.Model.Training;

namespace OrleansSeg.Cli.Bench;

/// <summary><c>bench text</c>: what reading texts is worth, at several past cutoffs and with several seeds.</summary>
internal static class TextBench
{
    public static Command Create(VerbRunner runner)
    {
        var encoders = new Option<string[]>("--text-encoders")
        {
            Description = "What to read texts with, as train's --text-encoder; the first is what the others are held against.",
            AllowMultipleArgumentsPerToken = true,
            DefaultValueFactory = _ => [TrainingRequest.NoTexts, TrainingOptions.OwnTitles],
        };
        var cutoffs = new Option<int>("--cutoffs") { Description = "Past cutoffs to test at, 1 to 24.", DefaultValueFactory = _ => 5 };
        var step = new Option<int>("--step") { Description = "Days between two cutoffs, 1 to 365.", DefaultValueFactory = _ => 30 };
        var seeds = new Option<int>("--seeds") { Description = "Seeds at each cutoff, 1 to 20, from --seed on.", DefaultValueFactory = _ => 2 };
        var horizon = TrainingOptions.Horizon();
        var command = new Command("text", "Compares models that read texts with models that do not.") { encoders, cutoffs, step, seeds, horizon };
        return runner.Bind(command, async (context, cancellationToken) =>
        {
            var parsed = context.Parsed;
            var days = TimeSpan.FromDays(parsed.GetValue(horizon));
            var (count, every) = (BoundedNumber.Of("--cutoffs", parsed.GetValue(cutoffs), 1, 24), BoundedNumber.Of("--step", parsed.GetValue(step), 1, 365));
            var first = context.Settings.Seed;
            var seedCount = BoundedNumber.Of("--seeds", parsed.GetValue(seeds), 1, 20);
            using var opened = new OpenedEncoders(parsed.GetValue(encoders)!);
            await using var session = await context.OpenAsync(cancellationToken);
            var histories = await SiteHistories.ReadSomeAsync(session, context.Settings.Site, cancellationToken);

            var plan = new RollingPlan
            {
                Cutoffs = RollingPlan.LatestCutoffs(histories.Max(history => history.Events[^1].Timestamp), days, TimeSpan.FromDays(every), count),
                Seeds = [.. Enumerable.Range(first, seedCount)],
                Contenders = opened.Contenders,
                Data = new TrainingPlan { Horizon = days, Seed = first },
            };
            var report = await new RollingComparison(_ => histories.ToAsyncEnumerable(), plan, new RollingProgress(context.Output.Say)).RunAsync(cancellationToken);
            context.Output.Answer(new TextBenchReport("text", report), screen => RollingTables.Write(screen, report));
            return ExitCodes.Done;
        });
    }

    /// <summary>What texts are read with, one contender for each.</summary>
    private sealed class OpenedEncoders : IDisposable
    {
        private readonly List<SharedTextEncoder> _shared = [];

        public OpenedEncoders(IEnumerable<string> names) => Contenders = [.. names.Distinct(StringComparer.Ordinal).Select(name => new Contender(name, new ModelTrainer(texts: Open(name))))];

        public IReadOnlyList<Contender> Contenders { get; }

        public void Dispose() => _shared.ForEach(encoder => encoder.Dispose());

        private IModelTextsTrainer Open(string name)
        {
            switch (TrainingOptions.TextEncoderOf(name))
            {
                case null:
                    return new OwnTitles();
                case TrainingRequest.NoTexts:
                    return new NoTexts();
                case var folder:
                    try
                    {
                        _shared.Add(SharedTextEncoder.Load(folder));
                        return new LargeEncoder(_shared[^1]);
                    }
                    catch (CheckpointException exception)
                    {
                        throw new UsageException(exception.Message);
                    }
            }
        }
    }
}

/// <summary>What <c>bench text</c> found.</summary>
/// <param name="Name"><c>text</c>.</param>
/// <param name="Comparison">The comparison.</param>
internal sealed record TextBenchReport(string Name, RollingReport Comparison);
