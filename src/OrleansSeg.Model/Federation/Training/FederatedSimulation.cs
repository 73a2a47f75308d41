using System.Collections.Immutable;
using OrleansSeg.Model.Federation.Aggregation;
using OrleansSeg.Model.Federation.Compression;
using OrleansSeg.Model.Federation.Fitting;
using OrleansSeg.Model.Federation.Rounds;
using OrleansSeg.Model.Inference;
using OrleansSeg.Model.Training;

namespace OrleansSeg.Model.Federation.Training;

/// <summary>A whole federated run in one process, one trainer for each site: to measure strategies and splits without a cluster.</summary>
/// <remarks>Trainers run one after another, in ordinal order of their sites. The same inputs give bitwise the same model.</remarks>
public static class FederatedSimulation
{
    /// <summary>Fits, trains for some rounds, calibrates.</summary>
    /// <param name="sites">Each site's customers.</param>
    /// <param name="plan">What to run.</param>
    /// <param name="progress">Told of each round; may be null.</param>
    /// <param name="cancellationToken">Stops between two steps.</param>
    /// <exception cref="InsufficientDataException">All sites together have too few customers or too short a history.</exception>
    public static async Task<SimulationResult> RunAsync(
        IReadOnlyDictionary<string, HistorySource> sites,
        SimulationPlan plan,
        IProgress<TrainingProgress>? progress,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(sites);
        ArgumentNullException.ThrowIfNull(plan);
        var data = sites.ToImmutableSortedDictionary(site => site.Key, site => new LocalData(site.Key, site.Value), StringComparer.Ordinal);
        var spans = await EachAsync(data, local => local.MeasureAsync(cancellationToken));
        var dataPlan = DataPlan.Of(DataSpan.Merge(spans.Values), plan.Data);
        var statistics = await EachAsync(data, local => local.CountAsync(dataPlan, cancellationToken));
        var schemes = FittedSchemes.Fit(statistics, dataPlan.Horizon, plan.Thresholds, SufficientData.ExamplesPerLabelMin);
        var start = GlobalModel.Start(
            schemes.Model, NormalizerFit.Fit(FitStatistics.Merge(statistics.Values)), plan.Data.Seed, plan.Before, plan.Shape);
        var trainers = new SortedDictionary<string, LocalTraining>(StringComparer.Ordinal);
        foreach (var (site, local) in data)
        {
            trainers.Add(site, new LocalTraining(start, await local.ReadAsync(dataPlan, schemes.BySite[site], cancellationToken), plan.Scope));
        }

        return await Task.Run(() => new Run(plan, start, trainers, statistics, schemes, dataPlan, progress).Go(cancellationToken), cancellationToken);
    }

    private static async Task<ImmutableSortedDictionary<string, T>> EachAsync<T>(
        ImmutableSortedDictionary<string, LocalData> data, Func<LocalData, Task<T>> ask)
    {
        var answers = ImmutableSortedDictionary.CreateBuilder<string, T>(StringComparer.Ordinal);
        foreach (var (site, local) in data)
        {
            answers.Add(site, await ask(local));
        }

        return answers.ToImmutable();
    }

    private sealed class Run(
        SimulationPlan plan,
        SegmentModel start,
        SortedDictionary<string, LocalTraining> trainers,
        ImmutableSortedDictionary<string, FitStatistics> statistics,
        FittedSchemes schemes,
        DataPlan data,
        IProgress<TrainingProgress>? progress)
    {
        private readonly Dictionary<string, float[]> _siteWeights = [];
        private readonly Dictionary<string, float[]> _controls = [];
        private readonly Dictionary<string, float[]> _residuals = [];
        private readonly List<double> _losses = [];
        private long _bytes;

        public SimulationResult Go(CancellationToken cancellationToken)
        {
            var shared = trainers.Values.First().Shared;
            var weights = shared.Read(GlobalModel.WeightsOf(start));
            var (state, best, bestLoss, bestSites) = (plan.Strategy.Start(shared.Length), weights, double.PositiveInfinity, new Dictionary<string, float[]>());
            SimulatedExchange? exchange = null;
            for (var round = 1; round <= plan.Rounds; round++)
            {
                        var results = trainers.Select(trainer => (Site: trainer.Key, Result: trainer.Value.Run(Order(trainer.Key, round, weights, state), cancellationToken))).ToList();
                exchange ??= plan.SecureAggregation
                    ? new SimulatedExchange(trainers.Keys, shared.Length, plan.UpdateClipNorm, results.Sum(result => result.Result.Update.Examples))
                    : null;
                IReadOnlyList<TrainerUpdate> updates = exchange is null
                    ? [.. results.Select(result => Send(round, Clip(result.Result.Update)))]
                    : [exchange.Sum(round, [.. results.Select(result => result.Result)])];
                var average = plan.Strategy.Aggregate(weights, state, updates, trainers.Count);
                (weights, state) = (average.Weights, average.State);
                foreach (var (site, result) in results)
                {
                    _siteWeights[site] = result.SiteWeights;
                    if (result.Control is { } control)
                    {
                        _controls[site] = control;
                    }
                }

                var loss = ScoreSums.Merge(trainers.Select(trainer =>
                    trainer.Value.Validate(weights, _siteWeights[trainer.Key], plan.Local.Threads))).LogLoss;
                _losses.Add(loss);
                progress?.Report(new TrainingProgress("round", round, plan.Rounds, results.Average(result => result.Result.TrainingLoss), loss));
                if (loss < bestLoss)
                {
                    (bestLoss, best, bestSites) = (loss, weights, new Dictionary<string, float[]>(_siteWeights));
                }
            }

            return new SimulationResult(schemes, data, _losses, Finish(best, bestSites), shared.Length)
            {
                Bytes = exchange?.Bytes ?? _bytes,
                Spent = plan.Noise?.Round(statistics.Values, plan.Local.Epochs).Curve.Times(plan.Rounds),
            };
        }

        private TrainerUpdate Clip(TrainerUpdate update) =>
            plan.UpdateClipNorm > 0 ? update with { Delta = UpdateClipping.Clip(update.Delta, plan.UpdateClipNorm).Values } : update;

        private TrainerUpdate Send(int round, TrainerUpdate update)
        {
            var residual = plan.Compressor.Lossy ? _residuals.GetValueOrDefault(update.Trainer) : null;
            var sent = ErrorFeedback.Compress(plan.Compressor, update.Delta, residual, UpdateCompressors.Seed(plan.Data.Seed, round, update.Trainer));
            _residuals[update.Trainer] = sent.Residual;
            _bytes += sent.Bytes.Length + ((long)(update.ControlDelta?.Length ?? 0) * sizeof(float));
            return update with { Delta = sent.Sent };
        }

        private LocalRound Order(string site, int round, float[] weights, ServerState state)
        {
            var control = plan.Strategy.UsesControlVariates ? _controls.GetValueOrDefault(site) ?? new float[weights.Length] : null;
            return new LocalRound
            {
                Trainer = site,
                RunSeed = plan.Data.Seed,
                Round = round,
                Rounds = plan.Rounds,
                Weights = weights,
                SiteWeights = _siteWeights.GetValueOrDefault(site),
                Rule = new LocalRule(
                    plan.Strategy.ProximalWeight,
                    control is null ? null : ScaffoldTrainer.Correction(Scaffold.Control(state, weights.Length), control)),
                Control = control,
                Options = plan.Noise is { } noise ? plan.Local with { Clipping = noise.Clipping(statistics[site]) } : plan.Local,
            };
        }

        // Sites with weights of their own are calibrated alone; else all together.
        private ImmutableSortedDictionary<string, SegmentModel> Finish(float[] weights, Dictionary<string, float[]> siteWeights)
        {
            var alone = trainers.Values.First().Site.Length > 0;
            var together = alone ? null : Calibrate(weights, siteWeights, [.. trainers.Keys]);
            return trainers.Keys.ToImmutableSortedDictionary(
                site => site,
                site => GlobalModel.Finish(start, plan.Scope, weights, siteWeights[site], together ?? Calibrate(weights, siteWeights, [site])),
                StringComparer.Ordinal);
        }

        private FinishState Calibrate(float[] weights, Dictionary<string, float[]> siteWeights, string[] sites)
        {
            var state = FinishState.Start(start.Scheme.Count);
            while (!state.Done)
            {
                state = state.Next(FinishSums.Merge(sites.ToDictionary(
                    site => site, site => trainers[site].Answer(state.Question, weights, siteWeights[site], plan.Local.Threads))));
            }

            return state;
        }
    }
}
