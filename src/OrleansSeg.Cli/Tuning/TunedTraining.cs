using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Nodes;
using OrleansSeg.Cli.Experiments;
using OrleansSeg.Cli.Output;
using OrleansSeg.Cli.Sessions;
using OrleansSeg.Cli.Training;
using OrleansSeg.Cli.Verbs;
using OrleansSeg.Federation;
using OrleansSeg.Model.Tuning;
using OrleansSeg.Model.Tuning.Studies;

namespace OrleansSeg.Cli.Tuning;

/// <summary>Searches settings on the cluster's silos, one trial a silo at one time; every trial is kept as it ends.</summary>
/// <param name="context">The verb.</param>
/// <param name="session">The way to the grains.</param>
internal sealed class TunedTraining(VerbContext context, ClusterSession session)
{
    private const int AttemptsMax = 3;
    private readonly Lock _gate = new();
    private double _best = double.PositiveInfinity;

    /// <summary>Runs a search, or goes on with it.</summary>
    /// <param name="wish">The search.</param>
    /// <param name="request">The training that it is for.</param>
    /// <param name="cancellationToken">Stops it; what has ended is kept.</param>
    /// <exception cref="UsageException">The data are not enough, or the study of that name is another one.</exception>
    public async Task<TuningReport> RunAsync(TuningWish wish, TrainingRequest request, CancellationToken cancellationToken)
    {
        var slots = await session.Grains.GetGrain<ITrainerGrain>(context.Settings.Site).CountTrialSlotsAsync(cancellationToken);
        var folders = new ExperimentFolders(context.DataDirectory);
        var configuration = RecordedTraining.ConfigurationOf(request).Where(option => option.Key != "promote").Concat(wish.Configuration).ToDictionary();
        using var run = folders.Continue(wish.Study, "tune", context.Settings.Site, request.Seed, configuration, TimeProvider.System);
        context.Output.Say($"Study {run.Id}: {wish.Trials} trials by {wish.Sampler}, {slots} at one time.");
        var journal = new TrialFolder(Path.Combine(run.Folder, "trials"), NetworkSettings.Space);
        var study = new Study(
            NetworkSettings.Space, TuningOptions.SamplerOf(wish.Sampler, NetworkSettings.Space, wish.Trials, request.Seed), TuningOptions.PrunerOf(wish.Pruner), journal);
        var trial = request with { Purpose = TrainingPurpose.Trial, Promote = false, Watermark = run.StartedAt, ExamplesMax = wish.ExamplesMax };
        return await run.RunAsync(
            async () => TuningReport.Of(run.Id, wish, await study.RunAsync(
                wish.Trials, slots, one => TryAsync(trial with { Settings = one.Record.Settings }, one, journal), Tell, cancellationToken)),
            report => (VerbOutput.ToNode(report), null));
    }

    private async Task<double> TryAsync(TrainingRequest request, Trial trial, TrialFolder journal)
    {
        var trainer = session.Grains.GetGrain<ITrainerGrain>(string.Create(CultureInfo.InvariantCulture, $"{context.Settings.Site}:trial-{trial.Slot}"));
        using var curves = new Model.Experiments.TensorBoardFile(journal.Of(trial.Record.Number), TimeProvider.System);
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                var status = await TrainingWatch.WatchAsync(trainer, request, line => Report(trial, curves, line), trial.Token);
                return status.State switch
                {
                    TrainingState.Done => (double)JsonNode.Parse(status.ResultJson!)!["logLoss"]!,
                    TrainingState.Failed when status.FailureIsInput => throw new UsageException(status.Failure!),
                    _ => throw new TrialFailedException(status.Failure ?? "It was stopped."),
                };
            }
            catch (Exception exception) when (attempt < AttemptsMax && exception is KeyNotFoundException or Orleans.Runtime.OrleansException or TimeoutException)
            {
                // Its silo ended; the slot's next activation lies on another one.
                context.Output.Say($"Trial {trial.Record.Number} is tried again: {exception.Message}");
            }
        }
    }

    private static void Report(Trial trial, Model.Experiments.TensorBoardFile curves, TrainingLine line)
    {
        if (double.IsFinite(line.ValidationLoss))
        {
            curves.Add($"{line.Stage}/validation loss", line.Step, (float)line.ValidationLoss);
            trial.Report(line.Stage, line.Step, line.ValidationLoss);
        }
    }

    private void Tell(TrialRecord trial)
    {
        lock (_gate)
        {
            _best = trial.State == TrialState.Done ? Math.Min(_best, trial.Loss!.Value) : _best;
            context.Output.Say(string.Create(
                CultureInfo.InvariantCulture,
                $"trial {trial.Number} {trial.State.ToString().ToLowerInvariant()}, log loss {trial.Loss ?? double.NaN:F4}, best {_best:F4}, {trial.Seconds:F0} s: {TuningReport.Words(trial.Settings)}"));
        }
    }
}

/// <summary>What a search found.</summary>
/// <param name="Study">Its name.</param>
/// <param name="Sampler">What proposed.</param>
/// <param name="Pruner">What gave up.</param>
/// <param name="Usual">Log loss on validation of the usual settings; null where they failed or were given up.</param>
/// <param name="Best">The trial with the least; null where none ended.</param>
/// <param name="Trials">All trials.</param>
internal sealed record TuningReport(string Study, string Sampler, string Pruner, double? Usual, TrialRecord? Best, IReadOnlyList<TrialRecord> Trials)
{
    public static TuningReport Of(string study, TuningWish wish, IReadOnlyList<TrialRecord> trials) => new(
        study, wish.Sampler, wish.Pruner, trials.FirstOrDefault(trial => trial is { Number: 0, State: TrialState.Done })?.Loss, Model.Tuning.Studies.Study.Best(trials), trials);

    /// <summary>What to train with.</summary>
    /// <exception cref="VerbFailedException">No trial ended.</exception>
    public ImmutableSortedDictionary<string, string> BestSettings => Best?.Settings
        ?? throw new VerbFailedException($"No trial of study {Study} ended: {Trials.FirstOrDefault(trial => trial.Failure is not null)?.Failure}");

    /// <summary>What was found, in one line.</summary>
    public string Found => string.Create(
        CultureInfo.InvariantCulture,
        $"Study {Study}: trial {Best?.Number} of {Trials.Count} is best, validation log loss {Best?.Loss:F4} against {Usual:F4} of the usual settings; {Trials.Count(trial => trial.State == TrialState.Pruned)} were given up early. It has {Words(BestSettings)}.");

    /// <summary>Settings as people read them.</summary>
    public static string Words(ImmutableSortedDictionary<string, string> settings) => string.Join(", ", settings.Select(setting => $"{setting.Key} {setting.Value}"));
}
