using System.Diagnostics;
using OrleansSeg.Cli.Rounds;
using OrleansSeg.Federation;
using OrleansSeg.Model.Features;
using OrleansSeg.Model.Federation;
using OrleansSeg.Model.Federation.Aggregation;
using OrleansSeg.Model.Federation.Fitting;
using OrleansSeg.Model.Federation.Training;
using OrleansSeg.Model.Inference;
using OrleansSeg.Model.Training;

namespace OrleansSeg.Cli.Bench.Federation;

/// <summary>A plan's rounds in a loop: the same training and averaging as a run's, with no store, no messages and no questions between.</summary>
/// <param name="Took">Time of labelling, training and averaging.</param>
/// <param name="LossesBefore">By round, the validation loss of the weights that it began with.</param>
internal sealed record BareRounds(TimeSpan Took, IReadOnlyList<double> LossesBefore)
{
    /// <summary>Fits as a run does, then trains.</summary>
    /// <param name="plan">One site, plain updates.</param>
    /// <param name="before">The model in service; null for none.</param>
    /// <param name="shares">Every trainer's customers, by its id.</param>
    /// <param name="cancellationToken">Stops between two steps.</param>
    public static async Task<BareRounds> RunAsync(
        FederatedPlan plan, SegmentModel? before, IReadOnlyDictionary<string, List<CustomerHistory>> shares, CancellationToken cancellationToken)
    {
        var data = new SortedDictionary<string, LocalData>(StringComparer.Ordinal);
        var (span, counts) = (DataSpan.Empty, new List<FitStatistics>());
        foreach (var (trainer, histories) in shares)
        {
            data.Add(trainer, new LocalData(RunFacts.Split(trainer).Site, _ => histories.ToAsyncEnumerable()));
            span = DataSpan.Merge([span, await data[trainer].MeasureAsync(cancellationToken)]);
        }

        var dataPlan = DataPlan.Of(span, new TrainingPlan { Horizon = plan.Horizon, Seed = plan.Seed });
        foreach (var local in data.Values)
        {
            counts.Add(await local.CountAsync(dataPlan, cancellationToken));
        }

        var whole = FitStatistics.Merge(counts);
        var schemes = FittedSchemes.Fit(
            new Dictionary<string, FitStatistics> { [plan.Sites[0]] = whole }, plan.Horizon, ThresholdScope.Site, SufficientData.ExamplesPerLabelMin);
        using var start = GlobalModel.Start(schemes.Model, NormalizerFit.Fit(whole), plan.Seed, before);
        var clock = Stopwatch.StartNew();
        var trainers = new List<(string Id, LocalTraining Training)>();
        foreach (var (trainer, local) in data)
        {
            trainers.Add((trainer, new LocalTraining(start, await local.ReadAsync(dataPlan, schemes.BySite[plan.Sites[0]], cancellationToken), SharedScope.Everything)));
        }

        var losses = await Task.Run(() => Train(plan, start, trainers, cancellationToken), cancellationToken);
        return new BareRounds(clock.Elapsed, losses);
    }

    private static List<double> Train(FederatedPlan plan, SegmentModel start, List<(string Id, LocalTraining Training)> trainers, CancellationToken cancellationToken)
    {
        var strategy = AggregationStrategies.Create(plan.Strategy, AggregationParameters.Defaults);
        var (weights, losses) = (GlobalModel.SharedWeightsOf(start, SharedScope.Everything), new List<double>());
        var state = strategy.Start(weights.Length);
        for (var round = 1; round <= plan.Rounds; round++)
        {
            var results = trainers.ConvertAll(trainer => trainer.Training.Run(
                new LocalRound
                {
                    Trainer = trainer.Id,
                    RunSeed = plan.Seed,
                    Round = round,
                    Rounds = plan.Rounds,
                    Weights = weights,
                    Rule = new LocalRule(strategy.ProximalWeight),
                    Options = new LocalOptions { Epochs = plan.LocalEpochs },
                },
                cancellationToken));
            losses.Add(ScoreSums.Merge(results.Select(result => result.Validation)).LogLoss);
            var next = strategy.Aggregate(weights, state, results.ConvertAll(result => result.Update), trainers.Count);
            (weights, state) = (next.Weights, next.State);
        }

        return losses;
    }
}
